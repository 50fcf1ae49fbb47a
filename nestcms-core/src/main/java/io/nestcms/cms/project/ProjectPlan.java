package io.nestcms.cms.project;

import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a project is about, who works on it, and which contract it is for.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param title 1 to 200 characters
 * @param description up to 10,000 characters in lines; may be empty
 * @param organisationId whose project it is; 1 to 64 characters
 * @param clientId for whom, 1 to 64 characters, or {@code null}
 * @param contractId the contract, or {@code null}
 * @param workers the ids of those who work on it; up to 100, each once, 1 to 64 characters
 * @param startsOn the first day, or {@code null} when it is not known
 * @param endsOn the last day, not before the first, or {@code null} when it is not known
 * @since 0.1
 */
public record ProjectPlan(
        String title,
        String description,
        String organisationId,
        @Nullable String clientId,
        @Nullable ContractId contractId,
        List<String> workers,
        @Nullable LocalDate startsOn,
        @Nullable LocalDate endsOn) {
    private static final int MOST_WORKERS = 100;

    /**
     * Checks every part.
     *
     * @param title the title
     * @param description more about it
     * @param organisationId whose project it is
     * @param clientId for whom, or {@code null}
     * @param contractId the contract, or {@code null}
     * @param workers who works on it
     * @param startsOn the first day, or {@code null}
     * @param endsOn the last day, or {@code null}
     * @throws InvalidInputException if a part is of another form
     */
    public ProjectPlan {
        Texts.line("title", title, 200);
        Texts.block("description", description, 10_000);
        Texts.line("organisationId", organisationId, 64);
        if (clientId != null) {
            Texts.line("clientId", clientId, 64);
        }
        workers = List.copyOf(workers);
        if (workers.size() > MOST_WORKERS) {
            throw new InvalidInputException("workers", "are " + workers.size(), "at most " + MOST_WORKERS);
        }
        workers.forEach(worker -> Texts.line("workers", worker, 64));
        if (new HashSet<>(workers).size() < workers.size()) {
            throw new InvalidInputException("workers", "name somebody twice", "each once");
        }
        if (startsOn != null && endsOn != null && Objects.requireNonNull(endsOn).isBefore(startsOn)) {
            throw new InvalidInputException("endsOn", "is before startsOn", "on or after it");
        }
    }
}
