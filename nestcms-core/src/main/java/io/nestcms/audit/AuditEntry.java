package io.nestcms.audit;

import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One deed. Holds no secret, no card number and no more personal data than the actor's name for the system.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param at when
 * @param actor who, for example a user's id or {@code system:reconciler}; 1 to 128 characters
 * @param action what, for example {@code payment.refund}; 1 to 128 characters
 * @param subject to what, for example {@code payment/42}; 1 to 256 characters
 * @param origin from where, for example a client address or a node's name; 1 to 256 characters
 * @param details the rest, sorted by name; at most 32, names to 64 and values to 1024 characters
 * @since 0.1
 */
public record AuditEntry(
        Instant at, String actor, String action, String subject, String origin, Map<String, String> details) {
    /**
     * Checks every part and copies the details.
     *
     * @param at when
     * @param actor who
     * @param action what
     * @param subject to what
     * @param origin from where
     * @param details the rest
     * @throws InvalidInputException if a part is blank or too long
     */
    public AuditEntry {
        Objects.requireNonNull(at, "at");
        checked("actor", actor, 128);
        checked("action", action, 128);
        checked("subject", subject, 256);
        checked("origin", origin, 256);
        if (details.size() > 32) {
            throw new InvalidInputException("details", "are " + details.size(), "at most 32");
        }
        SortedMap<String, String> sorted = new TreeMap<>();
        details.forEach((name, value) -> {
            checked("details", name, 64);
            if (value.length() > 1024) {
                throw new InvalidInputException("details." + name, "is too long", "at most 1024 characters");
            }
            sorted.put(name, value);
        });
        details = java.util.Collections.unmodifiableSortedMap(sorted);
    }

    private static void checked(String field, String value, int most) {
        Objects.requireNonNull(value, field);
        if (value.isBlank() || value.length() > most) {
            throw new InvalidInputException(
                    field, value.isBlank() ? "is blank" : "is too long", "1 to " + most + " characters");
        }
    }
}
