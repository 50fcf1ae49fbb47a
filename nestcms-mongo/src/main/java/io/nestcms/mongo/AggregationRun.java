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
 * @since 0.1
 */
public record AggregationRun(String name, ReadAnswer.@Nullable Origin origin, Duration took, int rows) {
    /**
     * Checks that nothing is missing.
     *
     * @param name the aggregation's name
     * @param origin where the rows came from, or {@code null}
     * @param took how long the caller waited
     * @param rows how many rows there were
     */
    public AggregationRun {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(took, "took");
    }
}
