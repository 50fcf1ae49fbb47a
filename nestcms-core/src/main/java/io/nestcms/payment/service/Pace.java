package io.nestcms.payment.service;

import java.time.Duration;
import java.time.Instant;

/**
 * How many questions may be asked: so many a second on average, no more than ten seconds' worth at once, and fewer while the
 * gateway says that they are too many. Safe for use by many threads.
 */
final class Pace {
    private static final double BURST_SECONDS = 10;

    private final double set;
    private double rate;
    private double tokens;
    private Instant filledAt;

    Pace(double perSecond, Instant now) {
        this.set = perSecond;
        this.rate = perSecond;
        this.tokens = Math.max(1, perSecond);
        this.filledAt = now;
    }

    /** Whether another may be asked about now; what it costs is said afterwards. */
    synchronized boolean allows(Instant now) {
        Duration passed = Duration.between(filledAt, now);
        if (!passed.isNegative()) {
            double earned = passed.toNanos() / 1e9 * rate;
            tokens = Math.min(Math.max(1, rate * BURST_SECONDS), tokens + earned);
        }
        filledAt = now;
        return tokens >= 1;
    }

    synchronized void asked(int questions) {
        tokens -= questions;
    }

    /** The gateway had too many of them. */
    synchronized void slower() {
        rate = Math.max(set / 20, rate / 2);
        tokens = Math.min(tokens, 0);
    }

    /** The gateway has answered: a tenth faster, up to what was set. */
    synchronized void answered() {
        rate = Math.min(set, rate * 1.1);
    }
}
