package io.nestcms.storage;

import java.time.Instant;
import java.util.Objects;

/**
 * What is known of a stored file.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param key our name for it
 * @param name the name that its sender gave it, for showing
 * @param contentType what it holds, by its first bytes and never by its name
 * @param size how many bytes
 * @param sha256 the SHA-256 of its bytes, 64 hexadecimal digits
 * @param storedAt when it was stored
 * @since 0.1
 */
public record StoredFile(FileKey key, String name, String contentType, long size, String sha256, Instant storedAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param key our name for it
     * @param name the name that its sender gave it
     * @param contentType what it holds
     * @param size how many bytes
     * @param sha256 the SHA-256 of its bytes
     * @param storedAt when it was stored
     */
    public StoredFile {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(sha256, "sha256");
        Objects.requireNonNull(storedAt, "storedAt");
    }
}
