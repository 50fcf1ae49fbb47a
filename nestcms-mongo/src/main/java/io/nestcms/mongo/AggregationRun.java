package io.nestcms.mongo;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of an aggregation, for metrics.
 *
 * @param name the aggregation's name
 * @param origin where the rows came from, or {@code null} when there were none to be had
 * @param took how long the caller waited
 * @param rows how many rows there were
 * @param miss why rows that are kept had to be loaded, or {@code null} when they were not loaded or are not kept
 * @since 0.1
 */
public record AggregationRun(
        String name,
        ReadAnswer.@Nullable Origin origin,
        Duration took,
        int rows,
        @Nullable Miss miss) {

    /** Why rows were not in the cache. */
    public enum Miss {
        /** Nobody has asked before, as far as is remembered. */
        FIRST,
        /** Their time to keep was over. */
        EXPIRED,
        /** They were dropped before their time: by an invalidated tag, or by a cache that is too small or keeps for less time. */
        DROPPED
    }

    /**
     * Checks that nothing is missing.
     *
     * @param name the aggregation's name
     * @param origin where the rows came from, or {@code null}
     * @param took how long the caller waited
     * @param rows how many rows there were
     * @param miss why rows that are kept had to be loaded, or {@code null}
     */
    public AggregationRun {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(took, "took");
    }
}
