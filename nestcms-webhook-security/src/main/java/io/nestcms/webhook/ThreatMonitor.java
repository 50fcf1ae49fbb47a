package io.nestcms.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts refusals per source and for all sources together. More than allowed within the window raises an alert, one for the
 * time of a block however long it goes on, and the source is blocked for a while. Counting is by any text that names a source,
 * so sign-ins can be watched with it too.
 *
 * <p>A {@link WebhookVerifier} lets a block keep nothing genuine out: many senders may share an address, behind a balancer
 * all of them do, and anybody may have a provider send to your address. It still checks each signature; what is not signed is then
 * refused as {@link Refusal.Reason#SOURCE_BLOCKED} without a line in the log, and a good signature ends the block.
 *
 * <p>Memory is bounded whatever comes: when too many sources are known, those quiet for longest are forgotten. The window
 * slides: the previous one counts by the share that still lies within it.
 *
 * <p>Safe for use by many threads. Asking for a block takes no lock while nobody is blocked.
 *
 * @since 0.1
 */
public final class ThreatMonitor {
    private final int maxRefusals;
    private final int maxTotalRefusals;
    private final long windowNanos;
    private final Duration block;
    private final int maxSources;
    private final LongSupplier ticker;

    private final Map<String, Window> windows;
    /** What was alerted about lately, in the order in which it runs out. */
    private final Map<String, Alerted> alerted = new LinkedHashMap<>();

    private final Window total;
    private long totalQuietUntil;
    /** How many are blocked; written under the lock. */
    private volatile int blocked;

    private ThreatMonitor(Builder builder) {
        this.maxRefusals = builder.maxRefusals;
        this.maxTotalRefusals = builder.maxTotalRefusals;
        this.windowNanos = builder.window.toNanos();
        this.block = builder.block;
        this.maxSources = builder.maxSources;
        this.ticker = builder.ticker;
        this.total = new Window(ticker.getAsLong());
        this.totalQuietUntil = total.start;
        this.windows = new LinkedHashMap<>(16, 0.75f, true);
    }

    /**
     * Starts a monitor.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Whether a source is blocked now.
     *
     * @param source names the source
     * @return {@code true} until its block has run out or was ended
     */
    public boolean isBlocked(String source) {
        if (blocked == 0) {
            return false;
        }
        synchronized (this) {
            expire(ticker.getAsLong());
            Alerted known = alerted.get(source);
            return known != null && known.blocked;
        }
    }

    /**
     * Ends the block of a source that has shown itself genuine. Its refusals stay counted: when they go on it is blocked
     * again, without another alert in the same time. May be repeated.
     *
     * @param source names the source
     */
    public void unblock(String source) {
        if (blocked == 0) {
            return;
        }
        synchronized (this) {
            expire(ticker.getAsLong());
            Alerted known = alerted.get(source);
            if (known != null) {
                setBlocked(known, false);
            }
        }
    }

    /** Whether any source is blocked, or was until a moment ago. */
    boolean blocksAny() {
        return blocked > 0;
    }

    /**
     * Counts a refusal.
     *
     * @param source names the source
     * @param blockable whether it may be blocked: not when it may stand for several senders
     * @return the alerts that this refusal raises: none, one or two. One about a source is not repeated for the time of a
     *     block (for that of the window where nothing is blocked), one about all of them not for that of the window
     */
    public synchronized List<Threat> refused(String source, boolean blockable) {
        Objects.requireNonNull(source, "source");
        long now = ticker.getAsLong();
        List<Threat> threats = new ArrayList<>(0);
        Window window = window(source, now);
        int count = window.count(now, windowNanos);
        if (count >= maxRefusals) {
            windows.remove(source);
            expire(now);
            boolean blocks = blockable && !block.isZero();
            if (alert(source, blocks, now)) {
                threats.add(new Threat(false, count, blocks ? block : null));
            }
        }
        int all = total.count(now, windowNanos);
        if (all >= maxTotalRefusals && totalQuietUntil - now <= 0) {
            total.reset(now);
            totalQuietUntil = now + windowNanos;
            threats.add(new Threat(true, all, null));
        }
        return threats;
    }

    /**
     * How many sources are known.
     *
     * @return counted ones and those alerted about lately together, at most twice the bound
     */
    public synchronized int size() {
        return windows.size() + alerted.size();
    }

    private Window window(String source, long now) {
        Window window = windows.get(source);
        if (window == null) {
            if (windows.size() == maxSources) {
                Iterator<Window> quietest = windows.values().iterator();
                quietest.next();
                quietest.remove();
            }
            window = new Window(now);
            windows.put(source, window);
        }
        return window;
    }

    /** Blocks the source where it may be; gives whether this is news, since what goes on was alerted about. */
    private boolean alert(String source, boolean blocks, long now) {
        Alerted known = alerted.get(source);
        boolean isNew = known == null;
        if (known == null) {
            if (alerted.size() == maxSources) {
                Iterator<Alerted> oldest = alerted.values().iterator();
                setBlocked(oldest.next(), false);
                oldest.remove();
            }
            known = new Alerted(now + (block.isZero() ? windowNanos : block.toNanos()));
            alerted.put(source, known);
        }
        setBlocked(known, blocks);
        return isNew;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void setBlocked(Alerted source, boolean blocks) {
        if (source.blocked != blocks) {
            source.blocked = blocks;
            blocked += blocks ? 1 : -1;
        }
    }

    private void expire(long now) {
        Iterator<Alerted> all = alerted.values().iterator();
        while (all.hasNext()) {
            Alerted oldest = all.next();
            if (oldest.until - now > 0) {
                return;
            }
            setBlocked(oldest, false);
            all.remove();
        }
    }

    /**
     * What a refusal gave rise to.
     *
     * @param fromMany whether all sources together crossed their bound, and not this one
     * @param refusals how many there were within the window
     * @param blockedFor how long the source is blocked, or {@code null} when it is not
     */
    public record Threat(
            boolean fromMany, int refusals, @Nullable Duration blockedFor) {}

    /** A source that was alerted about: until when that is not repeated, and whether it is blocked as long. */
    private static final class Alerted {
        private final long until;
        private boolean blocked;

        Alerted(long until) {
            this.until = until;
        }
    }

    /** A sliding count: this window and the part of the one before that still lies within its length. */
    private static final class Window {
        private long start;
        private int current;
        private int previous;

        Window(long start) {
            this.start = start;
        }

        int count(long now, long length) {
            long age = now - start;
            if (age >= 2 * length) {
                reset(now);
            } else if (age >= length) {
                start += length;
                previous = current;
                current = 0;
            }
            current++;
            double share = 1 - (double) (now - start) / length;
            return current + (int) (previous * share);
        }

        void reset(long now) {
            start = now;
            current = 0;
            previous = 0;
        }
    }

    /**
     * Builds a monitor.
     *
     * @since 0.1
     */
    public static final class Builder {
        private int maxRefusals = 20;
        private int maxTotalRefusals = 1000;
        private Duration window = Duration.ofMinutes(1);
        private Duration block = Duration.ofMinutes(5);
        private int maxSources = 10_000;
        private LongSupplier ticker = System::nanoTime;

        private Builder() {}

        /**
         * Sets how many refusals of one source raise an alert. Default 20 within the window.
         *
         * @param maxRefusals at least 1
         * @return this builder
         * @throws IllegalArgumentException if the number is less than 1
         */
        public Builder maxRefusals(int maxRefusals) {
            this.maxRefusals = atLeastOne("maxRefusals", maxRefusals);
            return this;
        }

        /**
         * Sets how many refusals of all sources together raise an alert. Default 1000 within the window.
         *
         * @param maxTotalRefusals at least 1
         * @return this builder
         * @throws IllegalArgumentException if the number is less than 1
         */
        public Builder maxTotalRefusals(int maxTotalRefusals) {
            this.maxTotalRefusals = atLeastOne("maxTotalRefusals", maxTotalRefusals);
            return this;
        }

        /**
         * Sets the window. Default one minute.
         *
         * @param window more than zero
         * @return this builder
         * @throws IllegalArgumentException if the duration is not more than zero
         */
        public Builder window(Duration window) {
            this.window = Durations.positive("window", window);
            return this;
        }

        /**
         * Sets how long a source is blocked. Default five minutes, safe behind a balancer too: nothing genuine is kept out.
         *
         * @param block more than zero, or zero to raise alerts only
         * @return this builder
         * @throws IllegalArgumentException if the duration is negative
         */
        public Builder block(Duration block) {
            this.block = block.isZero() ? block : Durations.positive("block", block);
            return this;
        }

        /**
         * Sets how many sources are counted and how many alerted about at the same time. Default 10,000 each, about 3 MB when
         * full.
         *
         * @param maxSources at least 1
         * @return this builder
         * @throws IllegalArgumentException if the number is less than 1
         */
        public Builder maxSources(int maxSources) {
            this.maxSources = atLeastOne("maxSources", maxSources);
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
         * Builds the monitor.
         *
         * @return the monitor
         */
        public ThreatMonitor build() {
            return new ThreatMonitor(this);
        }

        private static int atLeastOne(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " is " + value + ": at least 1 is allowed");
            }
            return value;
        }
    }
}
