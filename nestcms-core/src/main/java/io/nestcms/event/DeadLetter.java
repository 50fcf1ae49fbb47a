package io.nestcms.event;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that one listener did not handle and is not going to, unless it is replayed.
 *
 * @param id names the dead letter in its bus
 * @param at when the event was given up
 * @param listener the listener's name
 * @param event the event
 * @param reason why it was given up
 * @param attempts how often the listener was tried
 * @param cause what the last try threw; {@code null} when there was none
 * @since 0.1
 */
public record DeadLetter(
        String id,
        Instant at,
        String listener,
        Object event,
        Reason reason,
        int attempts,
        @Nullable Throwable cause) {
    /**
     * Checks that nothing that must be there is missing.
     *
     * @param id names the dead letter
     * @param at when the event was given up
     * @param listener the listener's name
     * @param event the event
     * @param reason why it was given up
     * @param attempts how often the listener was tried
     * @param cause what the last try threw, or {@code null}
     */
    public DeadLetter {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(reason, "reason");
    }

    /** Why an event was given up. */
    public enum Reason {
        /** Every try failed. */
        FAILED,
        /** The mailbox was full and takes no more. */
        REJECTED,
        /** The mailbox was full, and its publisher has waited as long as it may, or must not wait. */
        NO_ROOM,
        /** The executor had no thread for the listener; the cause is what it threw. */
        NO_THREAD,
        /** The mailbox was full and this event was the oldest in it. */
        DROPPED,
        /** The bus was closed, its drain ran out of time, or the subscription had ended. */
        CLOSED
    }
}
