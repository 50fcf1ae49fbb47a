package io.nestcms.resilience;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store that lasts as long as the process: for tests, and for breakers that are made anew in a running one.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemoryBreakerStore implements BreakerStore {
    private final Map<String, BreakerMemory> memories = new ConcurrentHashMap<>();

    /** An empty store. */
    public InMemoryBreakerStore() {}

    @Override
    public void save(BreakerMemory memory) {
        memories.put(memory.name(), memory);
    }

    @Override
    public Optional<BreakerMemory> find(String name) {
        return Optional.ofNullable(memories.get(name));
    }
}
