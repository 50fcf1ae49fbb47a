package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a signed time may lie from ours, in both directions: an old one may be a replay, and one from the future would make
 * a replay possible for as long as it lies ahead.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param past how old the time may be, or {@code null} when any age is taken
 * @param future how far ahead of our clock it may be
 * @since 0.1
 */
public record TimestampRule(@Nullable Duration past, Duration future) {
    private static final Duration STANDARD = Duration.ofMinutes(5);

    /**
     * Checks both tolerances.
     *
     * @param past how old the time may be, not negative, or {@code null} when any age is taken
     * @param future how far ahead of our clock it may be, not negative
     * @throws IllegalArgumentException if one of them is negative
     */
    public TimestampRule {
        Objects.requireNonNull(future, "future");
        if (future.isNegative() || (past != null && past.isNegative())) {
            throw new IllegalArgumentException("a tolerance is negative: zero or more is allowed");
        }
    }

    /**
     * The rule of most providers.
     *
     * @return five minutes in both directions
     */
    public static TimestampRule standard() {
        return new TimestampRule(STANDARD, STANDARD);
    }

    /**
     * A rule that takes late deliveries however late they come, and refuses only a time from the future. For times that
     * tell when something happened and not when it was sent, as PayTabs' {@code transaction_time}.
     *
     * @param future how far ahead of our clock the time may be, not negative
     * @return the rule
     * @throws IllegalArgumentException if the tolerance is negative
     */
    public static TimestampRule notFromTheFuture(Duration future) {
        return new TimestampRule(null, future);
    }

    /**
     * Checks a time.
     *
     * @param signed the signed time
     * @param now our time
     * @return empty when it is within the tolerances (bounds included), else why it is refused
     */
    public Optional<Refusal> check(Instant signed, Instant now) {
        return Optional.ofNullable(refusal(signed, now));
    }

    @Nullable Refusal refusal(Instant signed, Instant now) {
        Duration age = Duration.between(signed, now);
        if (past != null && age.compareTo(past) > 0) {
            return Refusal.of(Reason.TIMESTAMP_TOO_OLD, "older than " + past);
        }
        return age.negated().compareTo(future) > 0
                ? Refusal.of(Reason.TIMESTAMP_IN_FUTURE, "further ahead than " + future)
                : null;
    }
}
