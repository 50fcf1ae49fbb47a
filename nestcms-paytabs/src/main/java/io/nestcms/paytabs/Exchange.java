package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of sending one HTTP request, before anybody reads the answer. */
sealed interface Exchange {
    /**
     * A whole answer.
     *
     * @param json its body, or {@code null} when that is no JSON
     * @param retryAfter what its Retry-After says, or {@code null}
     */
    record Answer(
            int status, @Nullable JsonNode json, @Nullable Duration retryAfter) implements Exchange {}

    /** No byte of the request can have left. */
    record Unsent(NotSent.Cause cause, String detail, Health health) implements Exchange {}

    /** The request may have arrived, and no whole answer came back. */
    record Lost(String detail, Health health) implements Exchange {}
}
