package io.nestcms.system;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to the application itself. Subscribe to this type to hear them all. No event carries a secret or
 * anything of a payment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface SystemEvent {
    /**
     * When it happened.
     *
     * @return the time by the wall clock
     */
    Instant at();

    /**
     * A component works better or worse than it did. What was never checked counts as up.
     *
     * @param component the component's name
     * @param at when that was found
     * @param before how it was
     * @param now how it is
     * @param detail why, for people; empty when there is nothing to say
     */
    record HealthChanged(String component, Instant at, HealthStatus before, HealthStatus now, String detail)
            implements SystemEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param component the component's name
         * @param at when that was found
         * @param before how it was
         * @param now how it is
         * @param detail why
         */
        public HealthChanged {
            Objects.requireNonNull(component, "component");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(now, "now");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * A backup is written, and was read back.
     *
     * @param name the backup's name
     * @param at when it was finished
     * @param entries how many documents it holds
     * @param took how long it took
     */
    record BackupCompleted(String name, Instant at, long entries, Duration took) implements SystemEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param name the backup's name
         * @param at when it was finished
         * @param entries how many documents it holds
         * @param took how long it took
         */
        public BackupCompleted {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(took, "took");
        }
    }

    /**
     * A backup was not finished; those from before are still there.
     *
     * @param at when it failed
     * @param cause the type of what went wrong
     */
    record BackupFailed(Instant at, String cause) implements SystemEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param at when it failed
         * @param cause the type of what went wrong
         */
        public BackupFailed {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(cause, "cause");
        }
    }

    /**
     * Something is wrong that people should look at.
     *
     * @param incident the incident's id
     * @param at when it was opened
     * @param subject what it is about; one incident at a time has it
     * @param summary what is wrong, for people
     */
    record IncidentOpened(String incident, Instant at, String subject, String summary) implements SystemEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param incident the incident's id
         * @param at when it was opened
         * @param subject what it is about
         * @param summary what is wrong
         */
        public IncidentOpened {
            Objects.requireNonNull(incident, "incident");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(subject, "subject");
            Objects.requireNonNull(summary, "summary");
        }
    }

    /**
     * An incident is over.
     *
     * @param incident the incident's id
     * @param at when it was resolved
     * @param subject what it is about
     * @param lasted how long it was open
     * @param by who resolved it, or {@code null} when what was wrong mended itself
     */
    record IncidentResolved(
            String incident,
            Instant at,
            String subject,
            Duration lasted,
            @Nullable String by) implements SystemEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param incident the incident's id
         * @param at when it was resolved
         * @param subject what it is about
         * @param lasted how long it was open
         * @param by who resolved it, or {@code null}
         */
        public IncidentResolved {
            Objects.requireNonNull(incident, "incident");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(subject, "subject");
            Objects.requireNonNull(lasted, "lasted");
        }
    }
}
