package io.nestcms.event;

import java.time.Instant;
import java.util.Objects;

/**
 * An event with what is needed to deliver it more than once: its identity, its time and the key whose order is kept.
 *
 * <p>Immutable if the event is.
 *
 * @param <E> the event's type
 * @param id the same over every delivery of the event, so that a listener can tell a repeated one
 * @param time when the event happened
 * @param key events with the same key reach each listener in the order of their delivery
 * @param event the event
 * @since 0.1
 */
public record Envelope<E>(String id, Instant time, String key, E event) {
    /**
     * Checks that nothing is missing.
     *
     * @param id the same over every delivery
     * @param time when the event happened
     * @param key events with the same key are delivered in order
     * @param event the event
     */
    public Envelope {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(event, "event");
    }
}
