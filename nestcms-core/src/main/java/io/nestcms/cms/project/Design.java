package io.nestcms.cms.project;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.Objects;

/**
 * A file that belongs to a project. The file itself is in the storage.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param fileId the key of the file in the storage, and its name in the project; 1 to 64 letters, digits, {@code -} or {@code _}
 * @param name the name that it was given; 1 to 255 characters
 * @param contentType what it holds, by its content
 * @param size how many bytes
 * @param by who added it; 1 to 64 characters
 * @param at when
 * @since 0.1
 */
public record Design(String fileId, String name, String contentType, long size, String by, Instant at) {
    /**
     * Checks every part.
     *
     * @param fileId the key of the file
     * @param name its name
     * @param contentType what it holds
     * @param size how many bytes
     * @param by who added it
     * @param at when
     * @throws InvalidInputException if a part is of another form
     */
    public Design {
        Texts.id("design.fileId", fileId);
        Texts.line("design.name", name, 255);
        Texts.line("design.contentType", contentType, 100);
        Texts.line("design.by", by, 64);
        Objects.requireNonNull(at, "at");
        if (size < 0) {
            throw new InvalidInputException("design.size", "is below zero", "zero or more bytes");
        }
    }
}
