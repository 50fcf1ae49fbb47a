package io.nestcms.cache;

import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * A cache: a port. What it gives may be out of date and may be gone at any time, so nothing is decided on it.
 *
 * <p>Implementations are safe for use by many threads. A broken cache behaves like an empty one: it reports its failure to
 * whoever watches it and never throws.
 *
 * @param <K> the kind of key
 * @param <V> the kind of value
 * @since 0.1
 */
public interface Cache<K, V> {
    /**
     * What is kept under a key.
     *
     * @param key the key
     * @return the value, or empty when it is not, or no longer, kept
     */
    Optional<V> find(K key);

    /**
     * Keeps a value, or what the function makes of the kept one and it. Atomic per key. Repeatable when the function is.
     *
     * @param key the key
     * @param value the value
     * @param merge takes the kept value and the new one; gives the one to keep
     */
    void merge(K key, V value, BinaryOperator<V> merge);

    /**
     * Forgets a key. Repeatable.
     *
     * @param key the key
     */
    void invalidate(K key);

    /**
     * A cache that keeps nothing.
     *
     * @param <K> the kind of key
     * @param <V> the kind of value
     * @return the empty cache
     */
    static <K, V> Cache<K, V> none() {
        return new Cache<>() {
            @Override
            public Optional<V> find(K key) {
                return Optional.empty();
            }

            @Override
            public void merge(K key, V value, BinaryOperator<V> merge) {
                // keeps nothing
            }

            @Override
            public void invalidate(K key) {
                // has nothing to forget
            }
        };
    }
}
