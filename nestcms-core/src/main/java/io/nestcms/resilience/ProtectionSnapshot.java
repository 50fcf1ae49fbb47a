package io.nestcms.resilience;

import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.util.Map;
import java.util.Objects;

/**
 * What a protection has counted since it was made, for a dashboard or a metric.
 *
 * @param name the breaker's name
 * @param calls protected calls
 * @param retries further tries
 * @param retriesDenied further tries that the budget did not allow
 * @param turnedAway tries that were not made, by reason
 * @since 0.1
 */
public record ProtectionSnapshot(
        String name, long calls, long retries, long retriesDenied, Map<Reason, Long> turnedAway) {
    /**
     * Copies the map and checks that the name is there.
     *
     * @param name the breaker's name
     * @param calls protected calls
     * @param retries further tries
     * @param retriesDenied further tries that the budget did not allow
     * @param turnedAway tries that were not made, by reason
     */
    public ProtectionSnapshot {
        Objects.requireNonNull(name, "name");
        turnedAway = Map.copyOf(turnedAway);
    }
}
