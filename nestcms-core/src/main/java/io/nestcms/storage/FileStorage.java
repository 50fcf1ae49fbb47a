package io.nestcms.storage;

import java.io.InputStream;
import java.util.Optional;

/**
 * Where files are kept: a port. A file is there as a whole or not at all, and never changes.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code FileStorageContract}.
 *
 * @since 0.1
 */
public interface FileStorage {
    /**
     * Stores a file. Its bytes pass through and are never all in memory.
     *
     * @param name the name that its sender gave it; 1 to 255 characters, for showing only
     * @param content read to its end and not closed
     * @return what is known of it
     * @throws io.nestcms.failure.InvalidInputException if the name is of another form, the file too large or of a type that is not
     *     taken; nothing is kept
     * @throws StorageException if the bytes cannot be read or kept; nothing is kept
     */
    StoredFile put(String name, InputStream content);

    /**
     * Opens a file.
     *
     * @param key its name
     * @return what it holds, which the caller closes; empty when there is none
     * @throws StorageException if the storage does not work
     */
    Optional<FileContent> open(FileKey key);

    /**
     * Takes a file away. Repeatable.
     *
     * @param key its name
     * @return whether there was one
     * @throws StorageException if the storage does not work
     */
    boolean delete(FileKey key);
}
