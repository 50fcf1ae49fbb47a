package io.nestcms.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.event.EventBus;
import io.nestcms.metrics.CircuitMetrics;
import io.nestcms.metrics.EventBusMetrics;
import io.nestcms.metrics.OutboxMetrics;
import io.nestcms.metrics.ReconcilerMetrics;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * The SDK's meters, which Boot binds to its registries.
 *
 * @since 0.1
 */
@AutoConfiguration(after = NestCmsAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(Reconciler.class)
public class MetricsAutoConfiguration {
    /** Made by Spring. */
    MetricsAutoConfiguration() {}

    /**
     * Circuits, bus, outbox and reconciler.
     *
     * @param breakers the registry
     * @param bus the bus
     * @param store whose outbox
     * @param reconciler the reconciler
     * @return all meters
     */
    @Bean
    MeterBinder nestCmsMeters(CircuitBreakers breakers, EventBus bus, PaymentStore store, Reconciler reconciler) {
        Clock clock = Clock.systemUTC();
        return registry -> {
            new CircuitMetrics(breakers).bindTo(registry);
            new EventBusMetrics(bus).bindTo(registry);
            new OutboxMetrics(store.outbox(), clock).bindTo(registry);
            new ReconcilerMetrics(reconciler, clock).bindTo(registry);
        };
    }
}
