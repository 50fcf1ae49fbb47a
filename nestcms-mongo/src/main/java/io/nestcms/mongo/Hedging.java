package io.nestcms.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoTimeoutException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are sent a second time, to another server, when the first has not answered after the time in which 19 of 20 of
 * the recent ones have. The first answer counts. A budget holds the second ones to a share of all, so that a slow cluster is
 * not slowed down further.
 */
final class Hedging {
    private static final int SAMPLES = 128;
    /** Before so many answers were seen, nobody knows what is late. */
    private static final int FEWEST = 20;

    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int COST = 100;
    private static final int MOST_SAVED = 10 * COST;

    private final Executor executor;
    private final int percent;
    private final SpreadSelector servers;
    private final BooleanSupplier otherServers;
    private final LongSupplier nanoTime;
    private final long[] recent = new long[SAMPLES];
    private long seen;
    private volatile long lateAfter = Long.MAX_VALUE;
    private final AtomicInteger saved = new AtomicInteger(COST);
    private final LongAdder sent = new LongAdder();
    private final LongAdder won = new LongAdder();
    private final LongAdder withheld = new LongAdder();

    Hedging(
            Executor executor,
            int percent,
            SpreadSelector servers,
            BooleanSupplier otherServers,
            LongSupplier nanoTime) {
        this.executor = executor;
        this.percent = percent;
        this.servers = servers;
        this.otherServers = otherServers;
        this.nanoTime = nanoTime;
    }

    long sent() {
        return sent.sum();
    }

    long won() {
        return won.sum();
    }

    long withheld() {
        return withheld.sum();
    }

    /**
     * Runs a read, perhaps twice.
     *
     * @param first the read; what it throws counts unless the second answers
     * @param second the same read, from any server
     * @param mostNanos how long to wait for both
     */
    <T> T read(Supplier<T> first, Supplier<T> second, long mostNanos) {
        saved.updateAndGet(now -> Math.min(MOST_SAVED, now + percent));
        long start = nanoTime.getAsLong();
        Race<T> race = new Race<>();
        SpreadSelector.Attempt attempt = new SpreadSelector.Attempt(null);
        try {
            race.enter();
            executor.execute(() -> race.run(() -> measured(attempt, first), null));
        } catch (Throwable full) {
            // no thread to spare: read as if nobody had allowed more
            return first.get();
        }
        long late = lateAfter;
        if (late < mostNanos && !race.isOverWithin(late) && mayHedge()) {
            SpreadSelector.Attempt elsewhere = new SpreadSelector.Attempt(attempt.server());
            try {
                race.enter();
                executor.execute(() -> race.run(() -> servers.during(elsewhere, second), won));
                sent.increment();
            } catch (Throwable full) {
                race.leave();
            }
        }
        return race.result(mostNanos - (nanoTime.getAsLong() - start));
    }

    private boolean mayHedge() {
        if (!otherServers.getAsBoolean()) {
            return false;
        }
        int before = saved.getAndUpdate(now -> now < COST ? now : now - COST);
        if (before < COST) {
            withheld.increment();
            return false;
        }
        return true;
    }

    private <T> T measured(SpreadSelector.Attempt attempt, Supplier<T> read) {
        long start = nanoTime.getAsLong();
        T value = servers.during(attempt, read);
        add(nanoTime.getAsLong() - start);
        return value;
    }

    private synchronized void add(long nanos) {
        recent[(int) (seen++ % SAMPLES)] = nanos;
        if (seen >= FEWEST && seen % 8 == 0) {
            long[] sorted = Arrays.copyOf(recent, (int) Math.min(seen, SAMPLES));
            Arrays.sort(sorted);
            lateAfter = Math.max(SHORTEST_NANOS, sorted[sorted.length * 19 / 20]);
        }
    }

    long lateAfter() {
        return lateAfter;
    }

    /** The end of one or two runs: the first value, or the first failure when none gives a value. */
    private static final class Race<T> {
        private final CompletableFuture<T> end = new CompletableFuture<>();
        private final AtomicLong running = new AtomicLong();
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

        void enter() {
            running.incrementAndGet();
        }

        void leave() {
            if (running.decrementAndGet() == 0) {
                RuntimeException first = failure.get();
                if (first != null) {
                    end.completeExceptionally(first);
                }
            }
        }

        void run(Supplier<T> read, @Nullable LongAdder wins) {
            try {
                if (end.complete(read.get()) && wins != null) {
                    wins.increment();
                }
            } catch (RuntimeException failed) {
                failure.compareAndSet(null, failed);
            } catch (Throwable broken) {
                end.completeExceptionally(broken);
                throw broken;
            } finally {
                leave();
            }
        }

        boolean isOverWithin(long nanos) {
            try {
                end.get(nanos, TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException late) {
                return false;
            } catch (ExecutionException failed) {
                return true;
            } catch (InterruptedException interrupted) {
                throw interrupted(interrupted);
            }
        }

        T result(long nanos) {
            try {
                return end.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            } catch (TimeoutException late) {
                throw new MongoTimeoutException("no server answered a read in time");
            } catch (ExecutionException failed) {
                Throwable cause = failed.getCause();
                if (cause instanceof RuntimeException ours) {
                    throw ours;
                }
                throw new MongoException(
                        "a read broke", Optional.ofNullable(cause).orElse(failed));
            } catch (InterruptedException interrupted) {
                throw interrupted(interrupted);
            }
        }

        private static MongoInterruptedException interrupted(InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new MongoInterruptedException("interrupted while waiting for a read", interrupted);
        }
    }
}
