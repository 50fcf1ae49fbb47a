package io.nestcms.payment;

import java.time.Instant;
import java.util.Objects;

/**
 * What a person decided about something that nobody can prove. On record for good, with who decided.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param resolution what was decided
 * @param by who decided, as the caller names people; 1 to 128 characters
 * @param at when
 * @since 0.1
 */
public record Decision(Resolution resolution, String by, Instant at) {
    /**
     * Checks that nothing is missing.
     *
     * @param resolution what was decided
     * @param by who decided
     * @param at when
     * @throws io.nestcms.failure.InvalidInputException if the name is of another form
     */
    public Decision {
        Objects.requireNonNull(resolution, "resolution");
        Field.text("by", by, 1, 128);
        Objects.requireNonNull(at, "at");
    }
}
