package io.nestcms.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open journal file. Records are appended in memory and made durable in groups: the first that waits writes and
 * forces to disk what all others have appended meanwhile.
 *
 * <p>After an I/O error it is broken for good: what is on disk is no longer known, so nothing more is promised.
 */
final class Journal implements AutoCloseable {
    private static final int INITIAL = 1 << 16;

    private FileChannel file;
    private ByteBuf pending = Unpooled.buffer(INITIAL);
    private long appended;
    private long durable;
    private long size;
    private boolean writing;
    private @Nullable IOException broken;

    /** Opens the file at its end, making it if it is not there. */
    Journal(Path path, long lastSequence) throws IOException {
        this.file = open(path);
        this.size = file.size();
        this.appended = lastSequence;
        this.durable = lastSequence;
    }

    private static FileChannel open(Path path) throws IOException {
        FileChannel channel = PrivateFiles.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.position(channel.size());
        return channel;
    }

    /** Takes a record in; {@link #await} makes it durable. Returns its sequence number. */
    synchronized long append(List<Operation> operations) {
        Records.write(pending, appended + 1, operations);
        return ++appended;
    }

    /** The sequence number of the last record taken in. */
    synchronized long last() {
        return appended;
    }

    /** Bytes in the file and waiting for it. */
    synchronized long size() {
        return size + pending.readableBytes();
    }

    synchronized boolean isBroken() {
        return broken != null;
    }

    /** Returns when the record and all before it are on disk. */
    void await(long sequence) throws IOException {
        ByteBuf group;
        long last;
        synchronized (this) {
            awaitTurn(sequence);
            throwIfBroken();
            if (durable >= sequence) {
                return;
            }
            writing = true;
            group = pending;
            pending = Unpooled.buffer(INITIAL);
            last = appended;
        }
        IOException failure = null;
        try {
            ByteBuffer bytes = group.nioBuffer();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        } catch (IOException e) {
            failure = e;
        }
        synchronized (this) {
            writing = false;
            if (failure == null) {
                durable = last;
                size += group.readableBytes();
            } else {
                broken = failure;
            }
            notifyAll();
        }
        throwIfBroken();
    }

    private synchronized void awaitTurn(long sequence) throws InterruptedIOException {
        try {
            while (writing && durable < sequence && broken == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the journal");
        }
    }

    private synchronized void throwIfBroken() throws IOException {
        if (broken != null) {
            throw new IOException("the journal failed before: " + broken.getMessage(), broken);
        }
    }

    /** Goes on in another file. Nobody may append meanwhile. */
    void rotate(Path next) throws IOException {
        await(last());
        synchronized (this) {
            FileChannel old = file;
            file = open(next);
            size = 0;
            old.close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (!isBroken()) {
                await(last());
            }
        } finally {
            file.close();
        }
    }
}
