package io.nestcms.cms.project;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;

/**
 * Our name for a project.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 letters, digits, {@code -} or {@code _}
 * @since 0.1
 */
public record ProjectId(String value) {
    /**
     * Checks the form.
     *
     * @param value 1 to 64 letters, digits, {@code -} or {@code _}
     * @throws InvalidInputException if the value is of another form
     */
    public ProjectId {
        Texts.id("projectId", value);
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
