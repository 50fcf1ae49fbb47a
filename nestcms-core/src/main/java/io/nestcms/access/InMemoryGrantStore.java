package io.nestcms.access;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Grants in this process's memory, for tests and trials.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemoryGrantStore implements GrantStore {
    private static final int MOST = 1_000;

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();

    private InMemoryGrantStore() {}

    /**
     * An empty store.
     *
     * @return a store
     */
    public static InMemoryGrantStore create() {
        return new InMemoryGrantStore();
    }

    @Override
    public void save(Grant grant) {
        grants.put(grant.id(), grant);
    }

    @Override
    public Optional<Grant> find(String id) {
        return Optional.ofNullable(grants.get(id));
    }

    @Override
    public List<Grant> ofUser(String userId) {
        return grants.values().stream()
                .filter(grant -> grant.userId().equals(userId))
                .sorted(Comparator.comparing(Grant::grantedAt).reversed().thenComparing(Grant::id))
                .limit(MOST)
                .toList();
    }
}
