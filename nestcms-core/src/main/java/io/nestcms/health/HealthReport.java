package io.nestcms.health;

import io.nestcms.system.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * How well the application works.
 *
 * @param status down when something it cannot do without is down, degraded when anything else is not up
 * @param components its parts, in the order in which they were added
 * @param at when they were looked at
 * @since 0.1
 */
public record HealthReport(HealthStatus status, List<Component> components, Instant at) {
    /**
     * Copies the list and checks that nothing is missing.
     *
     * @param status how well the application works
     * @param components its parts
     * @param at when they were looked at
     */
    public HealthReport {
        Objects.requireNonNull(status, "status");
        components = List.copyOf(components);
        Objects.requireNonNull(at, "at");
    }

    /**
     * A part of the application.
     *
     * @param name its name
     * @param required whether the application cannot do without it
     * @param health how it is
     * @param took how long the probe took, or how long it was waited for
     */
    public record Component(String name, boolean required, Health health, Duration took) {
        /**
         * Checks that nothing is missing.
         *
         * @param name its name
         * @param required whether the application cannot do without it
         * @param health how it is
         * @param took how long the probe took
         */
        public Component {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(health, "health");
            Objects.requireNonNull(took, "took");
        }
    }
}
