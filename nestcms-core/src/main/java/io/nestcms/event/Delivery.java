package io.nestcms.event;

import java.util.List;
import java.util.Objects;

/**
 * How the delivery of an envelope to all of its listeners ended.
 *
 * @param id the envelope's id
 * @param handled how many listeners handled the event
 * @param failures the listeners that finally failed, each with its cause
 * @since 0.1
 */
public record Delivery(String id, int handled, List<Failure> failures) {
    /**
     * Copies the list.
     *
     * @param id the envelope's id
     * @param handled how many listeners handled the event
     * @param failures the listeners that finally failed
     */
    public Delivery {
        Objects.requireNonNull(id, "id");
        failures = List.copyOf(failures);
    }

    /**
     * Whether every listener handled the event. An event without listeners is complete.
     *
     * @return {@code true} when there was no failure
     */
    public boolean isComplete() {
        return failures.isEmpty();
    }

    /**
     * A listener that finally failed.
     *
     * @param listener its name
     * @param cause what its last try threw, or why there was none
     */
    public record Failure(String listener, Throwable cause) {
        /**
         * Checks that nothing is missing.
         *
         * @param listener its name
         * @param cause what its last try threw
         */
        public Failure {
            Objects.requireNonNull(listener, "listener");
            Objects.requireNonNull(cause, "cause");
        }
    }
}
