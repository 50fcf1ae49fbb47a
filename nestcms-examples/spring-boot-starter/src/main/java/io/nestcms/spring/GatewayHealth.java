package io.nestcms.spring;

import io.nestcms.health.Health;
import io.nestcms.health.HealthProbe;
import io.nestcms.system.HealthStatus;

/** What both generations of Boot are told alike. */
final class GatewayHealth {
    private GatewayHealth() {}

    static Health of(HealthProbe probe) {
        try {
            return probe.look();
        } catch (Exception e) {
            return Health.down(e.getClass().getSimpleName());
        }
    }

    /** Boot knows no degraded: what still works is up, and the description says how well. */
    static String status(Health health) {
        return health.status() == HealthStatus.DOWN ? "DOWN" : "UP";
    }
}
