package io.nestcms.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A stored file that is being read. At its end the stream compares checksum and size, and fails when they are not those of what was
 * stored: whoever needs to know reads to the end.
 *
 * <p>Not safe for use by many threads.
 *
 * @param file what is known of it
 * @param stream its bytes
 * @since 0.1
 */
public record FileContent(StoredFile file, InputStream stream) implements AutoCloseable {
    /**
     * Checks that both are there.
     *
     * @param file what is known of it
     * @param stream its bytes
     */
    public FileContent {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(stream, "stream");
    }

    static FileContent checked(StoredFile file, InputStream raw) {
        return new FileContent(file, new ChecksumStream(raw, file));
    }

    /**
     * Ends the reading.
     *
     * @throws IOException if the stream cannot be closed
     */
    @Override
    public void close() throws IOException {
        stream.close();
    }
}
