package io.nestcms.mongo;

import io.nestcms.cache.TaggedCache;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/** Keeps nothing. */
final class NoCache implements TaggedCache<Object, Object> {
    @Override
    public Optional<Object> find(Object key) {
        return Optional.empty();
    }

    @Override
    public void merge(Object key, Object value, BinaryOperator<Object> merge) {
        // keeps nothing
    }

    @Override
    public void invalidate(Object key) {
        // has nothing to forget
    }

    @Override
    public Object get(Object key, Set<String> tags, Supplier<?> load) {
        return load.get();
    }

    @Override
    public void invalidateTag(String tag) {
        // has nothing to forget
    }
}
