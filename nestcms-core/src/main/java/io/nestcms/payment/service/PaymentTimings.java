package io.nestcms.payment.service;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How long things around a payment may take. Every wait is at least one millisecond.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param attemptLease how long a call to start a payment may run before it counts as lost; longer than the gateway
 *     client's whole deadline. Default 60 seconds
 * @param unknownQueryAfter when a payment or follow-up of unknown outcome is first asked about; then twice as long each time.
 *     Default 10 seconds
 * @param openQueryAfter when a payment whose payer is on the page is first asked about, should no notification come; then twice
 *     as long each time. Default 30 seconds
 * @param maxQueryDelay the longest wait between two questions about one payment. Default 1 hour
 * @param absenceAfter how long after a call ended the gateway's "I know nothing of it" counts as proof; longer than the
 *     gateway's window for duplicates (PayTabs: 2 minutes). Default 3 minutes
 * @param pageLife how long a payer's page can be paid, with a margin. Default 25 minutes (PayTabs: 20)
 * @param lateChecks when a failed, expired or cancelled payment is asked about once more, counted from when it became so.
 *     Default after 10 minutes, 2 hours and 24 hours
 * @param pendingAge how long a payment may be pending or on hold before it is told about and asked about once a day only: longer
 *     than its method takes. Default 3 days (bank transfers and bills at a counter take up to two, anti-fraud reviews one)
 * @param unknownAge the same for a payment whose outcome is unknown. Default 1 hour
 * @since 0.1
 */
public record PaymentTimings(
        Duration attemptLease,
        Duration unknownQueryAfter,
        Duration openQueryAfter,
        Duration maxQueryDelay,
        Duration absenceAfter,
        Duration pageLife,
        List<Duration> lateChecks,
        Duration pendingAge,
        Duration unknownAge) {
    /** How often something is asked about that waits for a person, or is older than its kind takes. */
    static final Duration SLOW_LANE = Duration.ofDays(1);

    /**
     * Checks the waits and copies the list.
     *
     * @param attemptLease how long a call may run
     * @param unknownQueryAfter first question about an unknown outcome
     * @param openQueryAfter first question about an open page
     * @param maxQueryDelay longest wait between questions
     * @param absenceAfter when ignorance is proof
     * @param pageLife how long a page can be paid
     * @param lateChecks questions after a failure
     * @param pendingAge how long a payment may be pending
     * @param unknownAge how long its outcome may be unknown
     * @throws InvalidInputException when a wait is shorter than a millisecond
     */
    public PaymentTimings {
        check("attemptLease", attemptLease);
        check("unknownQueryAfter", unknownQueryAfter);
        check("openQueryAfter", openQueryAfter);
        check("maxQueryDelay", maxQueryDelay);
        check("absenceAfter", absenceAfter);
        check("pageLife", pageLife);
        check("pendingAge", pendingAge);
        check("unknownAge", unknownAge);
        lateChecks = List.copyOf(lateChecks);
        lateChecks.forEach(wait -> check("lateChecks", wait));
    }

    /**
     * The defaults, for PayTabs.
     *
     * @return the defaults
     */
    public static PaymentTimings defaults() {
        return builder().build();
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@code first} doubled once per check so far, at most {@link #maxQueryDelay()}. */
    Duration backoff(Duration first, int checks) {
        int doublings = Math.min(checks, 30);
        return first.compareTo(maxQueryDelay.dividedBy(1L << doublings)) > 0
                ? maxQueryDelay
                : first.multipliedBy(1L << doublings);
    }

    private static void check(String name, Duration wait) {
        Objects.requireNonNull(wait, name);
        if (wait.compareTo(Duration.ofMillis(1)) < 0) {
            throw new InvalidInputException(name, "is " + wait, "at least one millisecond");
        }
    }

    /** Collects timings. Not safe for use by many threads. */
    public static final class Builder {
        private Duration attemptLease = Duration.ofSeconds(60);
        private Duration unknownQueryAfter = Duration.ofSeconds(10);
        private Duration openQueryAfter = Duration.ofSeconds(30);
        private Duration maxQueryDelay = Duration.ofHours(1);
        private Duration absenceAfter = Duration.ofMinutes(3);
        private Duration pageLife = Duration.ofMinutes(25);
        private List<Duration> lateChecks = List.of(Duration.ofMinutes(10), Duration.ofHours(2), Duration.ofHours(24));
        private Duration pendingAge = Duration.ofDays(3);
        private Duration unknownAge = Duration.ofHours(1);

        private Builder() {}

        /**
         * How long a call to start a payment may run.
         *
         * @param lease the time
         * @return this builder
         */
        public Builder attemptLease(Duration lease) {
            attemptLease = lease;
            return this;
        }

        /**
         * When an unknown outcome is first asked about.
         *
         * @param wait the time
         * @return this builder
         */
        public Builder unknownQueryAfter(Duration wait) {
            unknownQueryAfter = wait;
            return this;
        }

        /**
         * When a payment whose payer is on the page is first asked about.
         *
         * @param wait the time
         * @return this builder
         */
        public Builder openQueryAfter(Duration wait) {
            openQueryAfter = wait;
            return this;
        }

        /**
         * The longest wait between two questions.
         *
         * @param wait the time
         * @return this builder
         */
        public Builder maxQueryDelay(Duration wait) {
            maxQueryDelay = wait;
            return this;
        }

        /**
         * When "I know nothing of it" counts as proof.
         *
         * @param wait the time since the call was sent
         * @return this builder
         */
        public Builder absenceAfter(Duration wait) {
            absenceAfter = wait;
            return this;
        }

        /**
         * How long a page can be paid.
         *
         * @param life the time since the page was made
         * @return this builder
         */
        public Builder pageLife(Duration life) {
            pageLife = life;
            return this;
        }

        /**
         * The questions after a failure.
         *
         * @param waits each counted from when the payment failed, expired or was cancelled
         * @return this builder
         */
        public Builder lateChecks(List<Duration> waits) {
            lateChecks = waits;
            return this;
        }

        /**
         * How long a payment may be pending or on hold before it moves to the slow lane.
         *
         * @param age the time since it became so
         * @return this builder
         */
        public Builder pendingAge(Duration age) {
            pendingAge = age;
            return this;
        }

        /**
         * How long the outcome of a payment may be unknown before it moves to the slow lane.
         *
         * @param age the time since it became so
         * @return this builder
         */
        public Builder unknownAge(Duration age) {
            unknownAge = age;
            return this;
        }

        /**
         * The timings.
         *
         * @return the timings
         * @throws InvalidInputException when a wait is shorter than a millisecond
         */
        public PaymentTimings build() {
            return new PaymentTimings(
                    attemptLease,
                    unknownQueryAfter,
                    openQueryAfter,
                    maxQueryDelay,
                    absenceAfter,
                    pageLife,
                    lateChecks,
                    pendingAge,
                    unknownAge);
        }
    }
}
