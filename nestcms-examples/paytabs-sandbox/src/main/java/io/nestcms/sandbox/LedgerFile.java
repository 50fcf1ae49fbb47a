package io.nestcms.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of JSON lines, forced to disk line by line, for its owner's eyes: each line is sealed under a key in a file beside
 * it, at its place. What an earlier version wrote is read as it is. A torn last line, left by a crash or a full disk, is cut off; any
 * other damage stops the start.
 */
final class LedgerFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerFile.class);
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final FileChannel channel;
    private final WritableByteChannel out;
    private final LineSeal seal;
    private final List<byte[]> lines = new ArrayList<>();
    private long written;
    private long count;

    LedgerFile(Path file) {
        this(file, channel -> channel);
    }

    /** {@code through} is what the bytes are written through. */
    LedgerFile(Path file, UnaryOperator<WritableByteChannel> through) {
        this.file = file;
        FileChannel opened = null;
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            opened = open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(opened);
            channel = opened;
            out = through.apply(opened);
            byte[] all = all();
            seal = LineSeal.keptIn(file.resolveSibling(file.getFileName() + ".key"), isSealed(all));
            load(all);
        } catch (IOException e) {
            close(opened);
            throw new UncheckedIOException("the ledger file " + file + " cannot be opened", e);
        }
    }

    /** One that is there already has the rights it was made with; it gets its owner's. */
    static FileChannel open(Path file, OpenOption... options) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return FileChannel.open(file, options);
        }
        FileChannel opened = FileChannel.open(file, Set.of(options), PosixFilePermissions.asFileAttribute(OWNER));
        if (!Files.getPosixFilePermissions(file).equals(OWNER)) {
            Files.setPosixFilePermissions(file, OWNER);
        }
        return opened;
    }

    private static void lock(FileChannel channel) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("a ledger file is locked by this process", e);
        }
        throw new IOException("another sandbox uses it");
    }

    private byte[] all() throws IOException {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        int read = 0;
        while (all.hasRemaining() && read >= 0) {
            read = channel.read(all);
        }
        return all.array();
    }

    private static boolean isSealed(byte[] all) {
        for (int i = 0; i < all.length; i++) {
            if ((i == 0 || all[i - 1] == '\n') && all[i] == LineSeal.MARK) {
                return true;
            }
        }
        return false;
    }

    private void load(byte[] bytes) throws IOException {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(line(Arrays.copyOfRange(bytes, start, i)));
                count++;
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            LOG.warn("ledger file {}: a torn last line of {} bytes is cut off", file, bytes.length - start);
            channel.truncate(start);
        }
        written = start;
        channel.position(start);
    }

    private byte[] line(byte[] stored) throws IOException {
        if (stored.length > 0 && stored[0] == '{') {
            return stored;
        }
        try {
            return seal.open(stored, count);
        } catch (IOException damaged) {
            throw new IOException(
                    "line " + (count + 1) + " is damaged: bring the file back from a copy, or delete it and begin anew",
                    damaged);
        }
    }

    /** The lines that were there when the file was opened. */
    List<byte[]> lines() {
        return lines;
    }

    /** Returns when the line is on the disk. One that does not get there whole leaves nothing behind. */
    synchronized void append(byte[] json) {
        byte[] sealed = seal.seal(json, count);
        ByteBuffer line = ByteBuffer.allocate(sealed.length + 1).put(sealed).put((byte) '\n');
        line.flip();
        try {
            // what an earlier attempt may have left, where it could not be cut back then
            if (channel.size() != written) {
                channel.truncate(written);
            }
            channel.position(written);
            while (line.hasRemaining()) {
                out.write(line);
            }
            channel.force(false);
            written = channel.position();
            count++;
        } catch (IOException e) {
            cutBack();
            throw new UncheckedIOException("the ledger file cannot be written", e);
        }
    }

    private void cutBack() {
        try {
            channel.truncate(written);
        } catch (IOException e) {
            LOG.warn("ledger file {}: a torn line could not be cut back; the next one tries again", file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger file cannot be closed", e);
        }
    }

    private static void close(@Nullable FileChannel opened) {
        if (opened == null) {
            return;
        }
        try {
            opened.close();
        } catch (IOException e) {
            LOG.debug("a ledger file that was refused could not be closed", e);
        }
    }
}
