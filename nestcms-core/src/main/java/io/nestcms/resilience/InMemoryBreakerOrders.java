package io.nestcms.resilience;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Orders inside one process: for one node, and for tests with several.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemoryBreakerOrders implements BreakerOrders {
    private final Map<String, BreakerOrder> orders = new ConcurrentHashMap<>();

    /** Without orders. */
    public InMemoryBreakerOrders() {}

    @Override
    public BreakerOrder give(String breaker, BreakerOrder.Command command, String by, Instant at) {
        BreakerOrder first = new BreakerOrder(breaker, command, by, at, 1);
        return orders.merge(
                breaker, first, (last, next) -> new BreakerOrder(breaker, command, by, at, last.number() + 1));
    }

    @Override
    public List<BreakerOrder> standing() {
        return List.copyOf(orders.values());
    }
}
