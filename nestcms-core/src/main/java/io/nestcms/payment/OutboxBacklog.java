package io.nestcms.payment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of an outbox waits.
 *
 * @param payments how many payments have waiting events
 * @param buried how many events were taken out of the way
 * @param oldest when the longest waiting payment became due, or {@code null} when nothing waits
 * @since 0.1
 */
public record OutboxBacklog(
        long payments, long buried, @Nullable Instant oldest) {}
