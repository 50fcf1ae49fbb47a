package io.nestcms.mongo;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a read gave, and where it came from: during an outage, what is shown may be old and the caller is told so.
 *
 * @param <T> the kind of value
 * @param value the value
 * @param origin where it came from
 * @since 0.1
 */
public record ReadAnswer<T>(T value, Origin origin) {
    /**
     * Checks that nothing is missing.
     *
     * @param value the value
     * @param origin where it came from
     */
    public ReadAnswer {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(origin, "origin");
    }

    /** Where an answer came from. */
    public enum Origin {
        /** From a server that may answer: as new as was asked for. */
        AS_ASKED,
        /** From a cache, while the database could have been asked. */
        CACHE,
        /** No server that may answer did: kept from before. Of any age. */
        KEPT,
        /** No server that may answer did: from a secondary, however far behind. Of any age, but acknowledged by a majority. */
        STALE_SERVER
    }

    /**
     * Whether the answer may be older than was asked for.
     *
     * @return true when it was given because of an outage
     */
    public boolean isStale() {
        return origin == Origin.KEPT || origin == Origin.STALE_SERVER;
    }

    /**
     * Makes another value of the same origin.
     *
     * @param <R> its kind
     * @param function makes it
     * @return the answer
     */
    public <R> ReadAnswer<R> map(Function<? super T, ? extends R> function) {
        return new ReadAnswer<>(function.apply(value), origin);
    }

    static <T> Optional<ReadAnswer<T>> kept(Optional<T> value) {
        return value.map(it -> new ReadAnswer<>(it, Origin.KEPT));
    }
}
