package io.nestcms.resilience;

import java.util.Optional;

/**
 * Where breakers are remembered over a restart: a port. Each node has its own memory; what holds for all nodes is an
 * {@linkplain BreakerOrders order}.
 *
 * <p>Implementations are safe for use by many threads and pass {@code BreakerStoreContract}. They may throw any unchecked
 * exception when they cannot be reached: breakers then work without memory.
 *
 * @since 0.1
 */
public interface BreakerStore {
    /**
     * Puts a breaker's memory down in place of the one before.
     *
     * @param memory the memory
     */
    void save(BreakerMemory memory);

    /**
     * What was put down last.
     *
     * @param name the breaker's name
     * @return empty when there is nothing
     */
    Optional<BreakerMemory> find(String name);
}
