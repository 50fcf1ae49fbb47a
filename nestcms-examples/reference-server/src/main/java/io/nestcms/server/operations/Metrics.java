package io.nestcms.server.operations;

import com.mongodb.MongoClientSettings;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nestcms.cache.TieredCache;
import io.nestcms.event.EventBus;
import io.nestcms.health.Health;
import io.nestcms.metrics.CacheMetrics;
import io.nestcms.metrics.CircuitMetrics;
import io.nestcms.metrics.EventBusMetrics;
import io.nestcms.metrics.OutboxMetrics;
import io.nestcms.metrics.ReconcilerMetrics;
import io.nestcms.mongo.MongoMeters;
import io.nestcms.mongo.ReadWriteSplitter;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.paytabs.PayTabsClient;
import io.nestcms.paytabs.PayTabsMetrics;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.HttpApi;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Numbers for Prometheus. What costs a query is asked when somebody scrapes, not before. */
public final class Metrics implements AutoCloseable, HttpApi.RequestObserver {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** What is measured besides requests and events. */
    public record Parts(
            PaymentStore store,
            Reconciler reconciler,
            Circuits circuits,
            EventBus bus,
            PayTabsClient payTabs,
            ReadWriteSplitter splitter,
            IntSupplier listeningBrowsers) {}

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /** Pool and commands of a MongoDB client, for each server. */
    public Consumer<MongoClientSettings.Builder> ofMongoClient() {
        return new MongoMeters(registry, Clock.systemUTC()).ofClient();
    }

    /** Numbers of a cache; once for each. */
    public void bind(TieredCache<?, ?> cache) {
        new CacheMetrics(cache).bindTo(registry);
    }

    /** Numbers of the parts that take payments; called once. */
    public void bind(Parts parts, Clock clock) {
        new OutboxMetrics(parts.store().outbox(), clock).bindTo(registry);
        new ReconcilerMetrics(parts.reconciler(), clock).bindTo(registry);
        parts.circuits().registries().forEach(breakers -> new CircuitMetrics(breakers).bindTo(registry));
        new EventBusMetrics(parts.bus()).bindTo(registry);
        new PayTabsMetrics(parts.payTabs()).bindTo(registry);
        new MongoMeters(registry, clock).bind(parts.splitter());
        Gauge.builder("nestcms.live.browsers", parts.listeningBrowsers()::getAsInt)
                .strongReference(true)
                .description("Browsers that listen for changes")
                .register(registry);
    }

    /** For those who may see how the server is, and for a scraper that shows {@code token}; {@code null} for none. */
    public void register(RoutesConfig routes, AuthRoutes auth, @Nullable String token) {
        Handler forPeople = auth.protectHealth(this::scrape);
        byte[] expected = token == null ? null : ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        routes.get("/metrics", context -> {
            String shown = context.header("Authorization");
            if (expected != null
                    && shown != null
                    && MessageDigest.isEqual(expected, shown.getBytes(StandardCharsets.UTF_8))) {
                scrape(context);
            } else {
                forPeople.handle(context);
            }
        });
    }

    /** Whether requests wait for a connection to the database. */
    Health connections() {
        double waiting = sum("mongodb.driver.pool.waitqueuesize");
        return waiting == 0
                ? Health.up()
                : Health.degraded((int) waiting + " wait for a connection to the database, "
                        + (int) sum("mongodb.driver.pool.checkedout") + " are in use");
    }

    private double sum(String gauges) {
        return registry.find(gauges).gauges().stream().mapToDouble(Gauge::value).sum();
    }

    private void scrape(Context context) {
        context.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
    }

    /** Counts an event by its class. */
    public void count(Object event) {
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
