package io.nestcms.webhook;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * A {@link ReplayGuard} in the memory of one process: bounded and expiring. When it is full, the oldest done deliveries are
 * forgotten first, claims never. Gone with the process, so for one node only.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryReplayGuard implements ReplayGuard {
    private final int maxEntries;
    private final long leaseNanos;
    private final long retentionNanos;
    private final LongSupplier ticker;

    // both in the order in which they run out, since each has one duration
    private final Map<String, Claim> claims = new LinkedHashMap<>();
    private final Map<String, Long> done = new LinkedHashMap<>();
    private long lastToken;

    private InMemoryReplayGuard(Builder builder) {
        this.maxEntries = builder.maxEntries;
        this.leaseNanos = builder.lease.toNanos();
        this.retentionNanos = builder.retention.toNanos();
        this.ticker = builder.ticker;
    }

    /**
     * Starts a guard.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public synchronized ReplayClaim claim(String key) {
        Objects.requireNonNull(key, "key");
        long now = ticker.getAsLong();
        expire(now);
        if (done.containsKey(key)) {
            return new ReplayClaim.Done();
        }
        if (claims.containsKey(key)) {
            return new ReplayClaim.InProgress();
        }
        makeRoom();
        String token = Long.toString(++lastToken);
        claims.put(key, new Claim(token, now + leaseNanos));
        return new ReplayClaim.Granted(key, token);
    }

    @Override
    public synchronized void commit(ReplayClaim.Granted claim) {
        long now = ticker.getAsLong();
        expire(now);
        Claim held = claims.get(claim.key());
        if (held != null && !held.token.equals(claim.token())) {
            return;
        }
        // a claim that ran out with nobody after it is still a delivery that was handled
        claims.remove(claim.key());
        if (held == null && done.containsKey(claim.key())) {
            return;
        }
        makeRoom();
        done.put(claim.key(), now + retentionNanos);
    }

    @Override
    public synchronized void release(ReplayClaim.Granted claim) {
        Claim held = claims.get(claim.key());
        if (held != null && held.token.equals(claim.token())) {
            claims.remove(claim.key());
        }
    }

    /**
     * How many deliveries are remembered.
     *
     * @return claims and done deliveries together, never more than the bound
     */
    public synchronized int size() {
        return claims.size() + done.size();
    }

    private void expire(long now) {
        Iterator<Claim> heldOnes = claims.values().iterator();
        while (heldOnes.hasNext() && heldOnes.next().until - now <= 0) {
            heldOnes.remove();
        }
        Iterator<Long> doneOnes = done.values().iterator();
        while (doneOnes.hasNext() && doneOnes.next() - now <= 0) {
            doneOnes.remove();
        }
    }

    private void makeRoom() {
        if (claims.size() + done.size() < maxEntries) {
            return;
        }
        Iterator<Long> oldest = done.values().iterator();
        if (!oldest.hasNext()) {
            throw new WebhookException(
                    "the replay guard is full of claims: raise maxEntries above " + maxEntries, null);
        }
        oldest.next();
        oldest.remove();
    }

    private static final class Claim {
        private final String token;
        private final long until;

        Claim(String token, long until) {
            this.token = token;
            this.until = until;
        }
    }

    /**
     * Builds a guard.
     *
     * @since 0.1
     */
    public static final class Builder {
        private int maxEntries = 100_000;
        private Duration lease = Duration.ofMinutes(1);
        private Duration retention = Duration.ofDays(3);
        private LongSupplier ticker = System::nanoTime;

        private Builder() {}

        /**
         * Sets how many deliveries are remembered. Default 100,000, about 20 MB when full.
         *
         * @param maxEntries at least 1
         * @return this builder
         * @throws IllegalArgumentException if the number is less than 1
         */
        public Builder maxEntries(int maxEntries) {
            if (maxEntries < 1) {
                throw new IllegalArgumentException("maxEntries is " + maxEntries + ": at least 1 is allowed");
            }
            this.maxEntries = maxEntries;
            return this;
        }

        /**
         * Sets how long a claim lasts. Longer than any handler takes, shorter than the provider waits between deliveries.
         * Default one minute.
         *
         * @param lease more than zero
         * @return this builder
         * @throws IllegalArgumentException if the duration is not more than zero
         */
        public Builder lease(Duration lease) {
            this.lease = Durations.positive("lease", lease);
            return this;
        }

        /**
         * Sets how long a done delivery is remembered. Longer than the provider goes on delivering. Default three days.
         *
         * @param retention more than zero
         * @return this builder
         * @throws IllegalArgumentException if the duration is not more than zero
         */
        public Builder retention(Duration retention) {
            this.retention = Durations.positive("retention", retention);
            return this;
        }

        /**
         * Sets what measures elapsed time. Default {@link System#nanoTime()}.
         *
         * @param ticker gives nanoseconds since any fixed moment
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Builds the guard.
         *
         * @return the guard
         */
        public InMemoryReplayGuard build() {
            return new InMemoryReplayGuard(this);
        }
    }
}
