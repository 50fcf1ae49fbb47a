package io.nestcms.mongo;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What may take the place of an answer while no server that may answer does so. For what is shown, never for what is decided.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> the kind of value
 * @since 0.1
 */
public final class ReadFallback<T> {
    private final Supplier<Optional<T>> kept;
    private final boolean staleServer;

    private ReadFallback(Supplier<Optional<T>> kept, boolean staleServer) {
        this.kept = kept;
        this.staleServer = staleServer;
    }

    /**
     * Nothing may.
     *
     * @param <T> the kind of value
     * @return a fallback to which others can be added
     */
    public static <T> ReadFallback<T> none() {
        return new ReadFallback<>(Optional::empty, false);
    }

    /**
     * First of all, what a cache has.
     *
     * @param cache asked only during an outage, for example {@code () -> cache.find(key)}
     * @return with the cache
     */
    public ReadFallback<T> orKept(Supplier<Optional<T>> cache) {
        return new ReadFallback<>(Objects.requireNonNull(cache, "cache"), staleServer);
    }

    /**
     * Next, what any server has, however far behind.
     *
     * @return with the servers
     */
    public ReadFallback<T> orStaleServer() {
        return new ReadFallback<>(kept, true);
    }

    Optional<T> kept() {
        return kept.get();
    }

    boolean mayAskStaleServer() {
        return staleServer;
    }
}
