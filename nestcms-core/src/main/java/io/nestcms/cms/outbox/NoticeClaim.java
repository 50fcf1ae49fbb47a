package io.nestcms.cms.outbox;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The waiting events of one record in the hands of one worker. By its end a claim is known: the next one on the same record
 * begins when this one is over, and so ends later.
 *
 * @param <E> the family of events
 * @param key the record
 * @param notices its events, in order
 * @param until when others may claim them
 * @since 0.1
 */
public record NoticeClaim<E>(String key, List<Notice<E>> notices, Instant until) {
    /**
     * Checks that nothing is missing, and copies the list.
     *
     * @param key the record
     * @param notices its events
     * @param until when others may claim them
     */
    public NoticeClaim {
        Objects.requireNonNull(key, "key");
        notices = List.copyOf(notices);
        Objects.requireNonNull(until, "until");
    }
}
