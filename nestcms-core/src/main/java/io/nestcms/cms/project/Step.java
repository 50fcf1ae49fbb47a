package io.nestcms.cms.project;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A step of a project.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id its name in the project; 1 to 64 letters, digits, {@code -} or {@code _}
 * @param title 1 to 200 characters
 * @param dueOn by when, or {@code null} when it does not matter
 * @param doneAt when it was done, or {@code null} as long as it is not
 * @since 0.1
 */
public record Step(
        String id,
        String title,
        @Nullable LocalDate dueOn,
        @Nullable Instant doneAt) {
    /**
     * Checks name and title.
     *
     * @param id its name in the project
     * @param title the title
     * @param dueOn by when, or {@code null}
     * @param doneAt when it was done, or {@code null}
     * @throws InvalidInputException if a part is of another form
     */
    public Step {
        Texts.id("step.id", id);
        Texts.line("step.title", title, 200);
    }
}
