package io.nestcms.limit;

import io.nestcms.failure.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Limits in this process's memory, for one node or while what is shared is away. Bounded: beyond so many clients the one that
 * asked longest ago is forgotten, which lets it begin anew.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemoryRequestLimits implements RequestLimits {
    private static final int CLIENTS = 100_000;

    private record Key(String limit, String client) {}

    private final LongSupplier ticker;
    private final ReentrantLock lock = new ReentrantLock();
    /** When all will have come back, in microseconds of the ticker. */
    private final Map<Key, Long> full;

    private InMemoryRequestLimits(int clients, LongSupplier ticker) {
        this.ticker = ticker;
        this.full = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
                return size() > clients;
            }
        };
    }

    /**
     * For 100,000 clients, by the system's monotonic clock.
     *
     * @return limits
     */
    public static InMemoryRequestLimits create() {
        return create(CLIENTS, System::nanoTime);
    }

    /**
     * Limits.
     *
     * @param clients how many are remembered, at least 1
     * @param ticker the monotonic clock, in nanoseconds
     * @return limits
     * @throws InvalidInputException if {@code clients} is less than 1
     */
    public static InMemoryRequestLimits create(int clients, LongSupplier ticker) {
        if (clients < 1) {
            throw new InvalidInputException("clients", "is " + clients, "at least 1");
        }
        return new InMemoryRequestLimits(clients, Objects.requireNonNull(ticker, "ticker"));
    }

    @Override
    public LimitAnswer take(RequestLimit limit, String client) {
        Key key = new Key(limit.name(), client);
        long period = limit.per().toNanos() / 1_000;
        // rounded up: never more than the limit
        long each = (period + limit.requests() - 1) / limit.requests();
        lock.lock();
        try {
            long now = ticker.getAsLong() / 1_000;
            Long kept = full.get(key);
            long from = kept == null || kept - now < 0 ? now : kept;
            long next = from + each;
            // with the rounding the last of them may be a few microseconds over
            long over = next - now - period - limit.requests();
            if (over > 0) {
                return LimitAnswer.of(limit, false, from - now, over);
            }
            full.put(key, next);
            return LimitAnswer.of(limit, true, next - now, 0);
        } finally {
            lock.unlock();
        }
    }
}
