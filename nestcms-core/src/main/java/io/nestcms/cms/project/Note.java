package io.nestcms.cms.project;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.Objects;

/**
 * What somebody noted about a project. Notes are added and never changed.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param text 1 to 4,000 characters in lines
 * @param by who noted it; 1 to 64 characters
 * @param at when
 * @since 0.1
 */
public record Note(String text, String by, Instant at) {
    /**
     * Checks every part.
     *
     * @param text what is noted
     * @param by who noted it
     * @param at when
     * @throws InvalidInputException if a part is of another form
     */
    public Note {
        if (Texts.block("note.text", text, 4_000).isBlank()) {
            throw new InvalidInputException("note.text", "is empty", "1 to 4000 characters");
        }
        Texts.line("note.by", by, 64);
        Objects.requireNonNull(at, "at");
    }
}
