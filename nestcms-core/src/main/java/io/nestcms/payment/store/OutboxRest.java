package io.nestcms.payment.store;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a worker leaves of a payment's events when it ends its claim.
 *
 * @param entries how many events are left, by the worker's knowledge
 * @param dueAt when they are due again for any worker, or {@code null} when they are not
 * @param listeners the listeners of other nodes for which they are left: a worker that has one of them may have them at once
 * @param unreadable the events that could not be read: a worker that knows one of their types may have them at once
 * @param leftUntil until when they are left for others; then they are due for any worker; {@code null} when they are not
 * @since 0.1
 */
public record OutboxRest(
        int entries,
        @Nullable Instant dueAt,
        Set<String> listeners,
        List<EventContent.Unreadable> unreadable,
        @Nullable Instant leftUntil) {
    private static final OutboxRest NOTHING = new OutboxRest(0, null, Set.of(), List.of(), null);

    /**
     * Copies the collections.
     *
     * @param entries how many events are left
     * @param dueAt when they are due again, or {@code null}
     * @param listeners the listeners of other nodes for which they are left
     * @param unreadable the events that could not be read
     * @param leftUntil until when they are left for others, or {@code null}
     */
    public OutboxRest {
        listeners = Set.copyOf(listeners);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * Nothing is left.
     *
     * @return a rest of no events
     */
    public static OutboxRest nothing() {
        return NOTHING;
    }

    /**
     * Something is left and is due at a time.
     *
     * @param entries how many events
     * @param dueAt when
     * @return the rest
     */
    public static OutboxRest dueAt(int entries, Instant dueAt) {
        return new OutboxRest(entries, dueAt, Set.of(), List.of(), null);
    }
}
