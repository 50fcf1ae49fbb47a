package io.nestcms.mongo;

import java.util.List;

/**
 * How the server goes about an aggregation, and what would help it.
 *
 * @param known whether the server told
 * @param indexes the indexes that it uses, in the order of the plan
 * @param scansAll whether it looks at every document of the collection
 * @param advice what to do, in words; names fields, never values. Empty when nothing is known to help
 * @since 0.1
 */
public record QueryPlan(boolean known, List<String> indexes, boolean scansAll, List<String> advice) {
    /**
     * Copies the lists.
     *
     * @param known whether the server told
     * @param indexes the indexes that it uses
     * @param scansAll whether it looks at every document
     * @param advice what to do
     */
    public QueryPlan {
        indexes = List.copyOf(indexes);
        advice = List.copyOf(advice);
    }
}
