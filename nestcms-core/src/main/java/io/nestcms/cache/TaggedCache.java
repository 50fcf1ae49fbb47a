package io.nestcms.cache;

import java.util.Set;
import java.util.function.Supplier;

/**
 * A cache whose values name what they were made from, so that all that depends on something can be forgotten at once: a port.
 *
 * <p>Implementations are safe for use by many threads and pass {@code TaggedCacheContract}. A broken cache behaves like an
 * empty one.
 *
 * @param <K> the kind of key
 * @param <V> the kind of value
 * @since 0.1
 */
public interface TaggedCache<K, V> extends Cache<K, V> {
    /**
     * The value under a key, loaded when none is kept. Of many callers at a time one loads and the others wait for it. A value
     * whose key or tag was invalidated while it was loaded goes to those who waited already and is not kept; who asks after the
     * invalidation gets a newer one.
     *
     * @param key the key
     * @param tags what the value is made from; kept with it
     * @param load makes the value, on the caller's thread; does not ask this cache for the same key
     * @return the value
     * @throws RuntimeException what {@code load} throws, to all who waited; nothing is kept then
     */
    V get(K key, Set<String> tags, Supplier<? extends V> load);

    /**
     * Forgets every value that has the tag. Repeatable.
     *
     * @param tag the tag
     */
    void invalidateTag(String tag);
}
