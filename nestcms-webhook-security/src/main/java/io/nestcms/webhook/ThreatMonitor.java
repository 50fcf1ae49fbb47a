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
 * Counts refusals per source and for all sources together. More than allowed within the window raises an alert, and the
 * source is blocked for a while. Counting is by any text that names a source, so sign-ins can be watched with it too.
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
    private final Map<String, Long> blocks = new LinkedHashMap<>(); // in the order in which they run out
    private final Window total;
    private volatile boolean anyBlock;

    private ThreatMonitor(Builder builder) {
        this.maxRefusals = builder.maxRefusals;
        this.maxTotalRefusals = builder.maxTotalRefusals;
        this.windowNanos = builder.window.toNanos();
        this.block = builder.block;
        this.maxSources = builder.maxSources;
        this.ticker = builder.ticker;
        this.total = new Window(ticker.getAsLong());
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
     * @return {@code true} until its block has run out
     */
    public boolean isBlocked(String source) {
        if (!anyBlock) {
            return false;
        }
        synchronized (this) {
            expireBlocks(ticker.getAsLong());
            return blocks.containsKey(source);
        }
    }

    /** Whether any source is blocked, or was until a moment ago. */
    boolean blocksAny() {
        return anyBlock;
    }

    /**
     * Counts a refusal.
     *
     * @param source names the source
     * @param blockable whether it may be blocked: not when it may stand for several senders
     * @return the alerts that this refusal raises: none, one or two
     */
    public synchronized List<Threat> refused(String source, boolean blockable) {
        Objects.requireNonNull(source, "source");
        long now = ticker.getAsLong();
        List<Threat> threats = new ArrayList<>(0);
        Window window = window(source, now);
        int count = window.count(now, windowNanos);
        if (count >= maxRefusals) {
            windows.remove(source);
            threats.add(new Threat(false, count, blockable && !block.isZero() ? block(source, now) : null));
        }
        int all = total.count(now, windowNanos);
        if (all >= maxTotalRefusals) {
            total.reset(now);
            threats.add(new Threat(true, all, null));
        }
        return threats;
    }

    /**
     * How many sources are known.
     *
     * @return counted and blocked ones together, at most twice the bound
     */
    public synchronized int size() {
        return windows.size() + blocks.size();
    }

    private Window window(String source, long now) {
        Window window = windows.get(source);
        if (window == null) {
            if (windows.size() == maxSources) {
                removeFirst(windows.values().iterator());
            }
            window = new Window(now);
            windows.put(source, window);
        }
        return window;
    }

    private Duration block(String source, long now) {
        blocks.remove(source);
        if (blocks.size() == maxSources) {
            removeFirst(blocks.values().iterator());
        }
        blocks.put(source, now + block.toNanos());
        anyBlock = true;
        return block;
    }

    private void expireBlocks(long now) {
        Iterator<Long> untils = blocks.values().iterator();
        while (untils.hasNext() && untils.next() - now <= 0) {
            untils.remove();
        }
        anyBlock = !blocks.isEmpty();
    }

    private static void removeFirst(Iterator<?> oldest) {
        oldest.next();
        oldest.remove();
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
         * Sets how long a source is blocked. Default five minutes: a provider whose secret was set wrong goes on delivering
         * for longer than that.
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
         * Sets how many sources are counted and how many are blocked at the same time. Default 10,000 each, about 3 MB when
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
