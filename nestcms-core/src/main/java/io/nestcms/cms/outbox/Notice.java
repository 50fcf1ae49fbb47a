package io.nestcms.cms.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that was recorded with a record and waits to be delivered.
 *
 * <p>Immutable and safe for use by many threads, as far as the event is.
 *
 * @param <E> the family of events
 * @param id the event's name: the record's key and the version that it tells of, so the same over every delivery
 * @param key the record that it tells of
 * @param at when it was recorded
 * @param event the event
 * @param attempts how many deliveries failed so far
 * @param cause why the last delivery failed, or {@code null} when none has
 * @since 0.1
 */
public record Notice<E>(
        String id,
        String key,
        Instant at,
        E event,
        int attempts,
        @Nullable String cause) {
    /**
     * Checks that nothing is missing.
     *
     * @param id the event's name
     * @param key the record that it tells of
     * @param at when it was recorded
     * @param event the event
     * @param attempts how many deliveries failed
     * @param cause why the last one failed, or {@code null}
     */
    public Notice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(event, "event");
    }

    /**
     * An event whose delivery was never tried.
     *
     * @param id the event's name
     * @param key the record that it tells of
     * @param at when it was recorded
     * @param event the event
     */
    public Notice(String id, String key, Instant at, E event) {
        this(id, key, at, event, 0, null);
    }

    /**
     * What tells of one version of a record.
     *
     * @param <E> the family of events
     * @param key the record
     * @param version the version that the events tell of
     * @param at when it was recorded
     * @param events in the order in which they are told
     * @return one for each, named {@code key/version}, {@code key/version/1} and so on
     */
    public static <E> List<Notice<E>> ofVersion(String key, long version, Instant at, List<? extends E> events) {
        List<Notice<E>> notices = new ArrayList<>();
        for (E event : events) {
            String name = key + "/" + version;
            notices.add(new Notice<>(notices.isEmpty() ? name : name + "/" + notices.size(), key, at, event));
        }
        return List.copyOf(notices);
    }

    /**
     * The same after one more failed delivery.
     *
     * @param why the cause, in a few words without a secret
     * @return the event with its failures
     */
    public Notice<E> failed(String why) {
        return new Notice<>(id, key, at, event, attempts + 1, why);
    }

    /**
     * The same as if it had never failed.
     *
     * @return the event without its failures
     */
    public Notice<E> fresh() {
        return new Notice<>(id, key, at, event);
    }
}
