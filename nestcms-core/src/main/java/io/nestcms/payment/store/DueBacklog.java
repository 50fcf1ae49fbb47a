package io.nestcms.payment.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How many payments wait for the reconciler.
 *
 * @param payments how many are due, at most as many as were asked for
 * @param oldest since when the longest overdue one is due, or {@code null} when none is
 * @since 0.1
 */
public record DueBacklog(int payments, @Nullable Instant oldest) {}
