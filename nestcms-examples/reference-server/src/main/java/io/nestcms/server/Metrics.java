package io.nestcms.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nestcms.metrics.OutboxMetrics;
import io.nestcms.metrics.ReconcilerMetrics;
import io.nestcms.payment.PaymentStore;
import io.nestcms.payment.Reconciler;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

/** Numbers for Prometheus. What costs a query is asked when somebody scrapes, not before. */
final class Metrics implements AutoCloseable, HttpApi.RequestObserver {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CircuitBreakers breakers;
    private final MultiGauge circuits;

    Metrics(
            PaymentStore store,
            Reconciler reconciler,
            Clock clock,
            CircuitBreakers breakers,
            IntSupplier listeningBrowsers) {
        this.breakers = breakers;
        this.circuits = MultiGauge.builder("nestcms.circuit")
                .description("1 for the state that a circuit is in")
                .register(registry);
        new OutboxMetrics(store.outbox(), clock).bindTo(registry);
        new ReconcilerMetrics(reconciler, clock).bindTo(registry);
        Gauge.builder("nestcms.live.browsers", listeningBrowsers::getAsInt)
                .strongReference(true)
                .description("Browsers that listen for changes")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    void register(RoutesConfig routes) {
        routes.get("/metrics", this::scrape);
    }

    private void scrape(Context context) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (BreakerSnapshot breaker : breakers.snapshots()) {
            for (BreakerState state : BreakerState.values()) {
                rows.add(MultiGauge.Row.of(
                        Tags.of("name", breaker.name(), "state", state.name()), breaker.state() == state ? 1 : 0));
            }
        }
        circuits.register(rows, true);
        context.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
    }

    /** Counts an event by its class. */
    void count(Object event) {
        registry.counter("nestcms.events", "event", event.getClass().getSimpleName())
                .increment();
    }

    @Override
    public void finished(String method, String route, int status, Duration took) {
        Timer.builder("nestcms.http.requests")
                .tags(
                        "method",
                        METHODS.contains(method) ? method : "other",
                        "route",
                        route,
                        "status",
                        Integer.toString(status))
                .register(registry)
                .record(took);
    }

    @Override
    public void close() {
        registry.close();
    }
}
