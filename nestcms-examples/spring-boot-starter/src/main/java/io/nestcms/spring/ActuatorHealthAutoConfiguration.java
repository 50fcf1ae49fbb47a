package io.nestcms.spring;

import io.nestcms.health.HealthProbe;
import io.nestcms.payment.service.Payments;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * The gateway's health for Boot 3's Actuator, as {@code paymentGateway}. It belongs into no readiness group: an application whose gateway
 * is away still serves.
 *
 * @since 0.1
 */
@AutoConfiguration(after = NestCmsAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(Payments.class)
public class ActuatorHealthAutoConfiguration {
    /** Made by Spring. */
    ActuatorHealthAutoConfiguration() {}

    /**
     * The indicator.
     *
     * @param payments knows the gateway
     * @return up, degraded or down
     */
    @Bean
    HealthIndicator paymentGatewayHealthIndicator(Payments payments) {
        HealthProbe probe = payments.gatewayHealth();
        return () -> {
            io.nestcms.health.Health found = GatewayHealth.of(probe);
            return Health.status(new Status(GatewayHealth.status(found), found.detail()))
                    .build();
        };
    }
}
