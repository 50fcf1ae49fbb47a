package io.nestcms.health;

import io.nestcms.system.HealthStatus;
import java.util.Objects;

/**
 * What a probe found.
 *
 * @param status how well it works
 * @param detail why, for people, without secrets; empty when there is nothing to say
 * @since 0.1
 */
public record Health(HealthStatus status, String detail) {
    /**
     * Checks that nothing is missing.
     *
     * @param status how well it works
     * @param detail why
     */
    public Health {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(detail, "detail");
    }

    /**
     * It works.
     *
     * @return up, without a detail
     */
    public static Health up() {
        return new Health(HealthStatus.UP, "");
    }

    /**
     * It works in part.
     *
     * @param detail why
     * @return degraded
     */
    public static Health degraded(String detail) {
        return new Health(HealthStatus.DEGRADED, detail);
    }

    /**
     * It does not work.
     *
     * @param detail why
     * @return down
     */
    public static Health down(String detail) {
        return new Health(HealthStatus.DOWN, detail);
    }
}
