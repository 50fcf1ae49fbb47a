package io.nestcms.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An append-only file of JSON lines, forced to disk line by line. A torn last line, left by a crash, is cut off. */
final class LedgerFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerFile.class);

    private final FileChannel channel;
    private final List<byte[]> lines = new ArrayList<>();

    LedgerFile(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(file);
            load(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger file " + file + " cannot be opened", e);
        }
    }

    private void lock(Path file) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("ledger file {} is locked by this process", file, e);
        }
        channel.close();
        throw new IOException("another sandbox uses it");
    }

    private void load(Path file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        int read = 0;
        while (all.hasRemaining() && read >= 0) {
            read = channel.read(all);
        }
        byte[] bytes = all.array();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            LOG.warn("ledger file {}: a torn last line of {} bytes is cut off", file, bytes.length - start);
            channel.truncate(start);
        }
        channel.position(start);
    }

    /** The lines that were there when the file was opened. */
    List<byte[]> lines() {
        return lines;
    }

    /** Returns when the line is on the disk. */
    void append(byte[] json) {
        ByteBuffer line = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n');
        line.flip();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger file cannot be written", e);
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
}
