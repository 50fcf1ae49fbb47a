package io.nestcms.payment.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of an outbox waits.
 *
 * @param payments how many payments have events that wait for any worker
 * @param left how many payments have events that are left for a node that has their listener or can read them
 * @param buried how many events were taken out of the way, counted once for each listener
 * @param oldest when the longest waiting of {@code payments} became due, or {@code null} when there is none
 * @since 0.1
 */
public record OutboxBacklog(
        long payments, long left, long buried, @Nullable Instant oldest) {}
