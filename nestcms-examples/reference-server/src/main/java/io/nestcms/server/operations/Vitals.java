package io.nestcms.server.operations;

import io.nestcms.cache.Cache;
import io.nestcms.health.Health;
import io.nestcms.health.HealthChecks;
import io.nestcms.mongo.Aggregations;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.Payment;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.system.SystemEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the health checks look at. The gateway is called only while it turns us away for how we are set up. */
public final class Vitals {
    static final String OUTBOX = "outbox";
    static final String CIRCUITS = "circuits";
    static final String CONNECTIONS = "connections";
    static final String AGGREGATION = "aggregation";
    /** Nothing was taken then, so what a run costs is the way alone. */
    private static final YearMonth LONG_AGO = YearMonth.of(1970, 1);

    private static final Set<BreakerState> WORKING =
            EnumSet.of(BreakerState.CLOSED, BreakerState.DISABLED, BreakerState.METRICS_ONLY);

    private final Parts parts;
    private final HealthChecks checks;
    private volatile @Nullable OutboxBacklog backlog;

    /** The parts that are looked at; {@code others} are those that the server does without while they are away, by name. */
    public record Parts(
            NestMongo mongo,
            PaymentStore store,
            Circuits circuits,
            Payments payments,
            PaymentGateway gateway,
            Cache<String, Payment> cache,
            AuditLog audit,
            Metrics metrics,
            Map<String, Supplier<Health>> others) {}

    /** {@code executor} has a thread for each probe: one that hangs must not keep the others from being asked. */
    public Vitals(Parts parts, Executor executor, Clock clock, Consumer<SystemEvent> listener) {
        this.parts = parts;
        HealthChecks.Builder builder = HealthChecks.builder()
                .required("database", parts.mongo().health())
                .required(OUTBOX, this::outbox)
                .optional(CIRCUITS, this::circuits)
                .optional("gateway", this::gateway)
                // our own set-up at the gateway: down is told, and takes no node out of service
                .optional("gateway-profile", parts.payments().gatewayHealth())
                .optional("cache", this::cache)
                .optional(CONNECTIONS, parts.metrics()::connections)
                .optional(AGGREGATION, this::aggregation);
        if (parts.audit().hasTrail()) {
            builder.optional("audit", parts.audit()::health);
        }
        parts.others().forEach((name, health) -> builder.optional(name, health::get));
        this.checks = builder.executor(executor).clock(clock).listener(listener).build();
    }

    HealthChecks checks() {
        return checks;
    }

    /** As the last check found it; {@code null} before the first one. */
    @Nullable OutboxBacklog backlog() {
        return backlog;
    }

    private Health outbox() {
        OutboxBacklog found = parts.store().outbox().backlog();
        backlog = found;
        return found.buried() == 0 ? Health.up() : Health.degraded(found.buried() + " events could not be delivered");
    }

    private Health circuits() {
        String notWorking = parts.circuits().list().stream()
                .filter(breaker -> !WORKING.contains(breaker.state()))
                .map(CircuitBreaker::name)
                .collect(Collectors.joining(", "));
        return notWorking.isEmpty() ? Health.up() : Health.degraded("not closed: " + notWorking);
    }

    private Health gateway() {
        Optional<Duration> unavailable = parts.gateway().unavailableFor();
        return unavailable.isEmpty()
                ? Health.up()
                : Health.degraded("not called for another " + unavailable.get().toSeconds() + " s");
    }

    /** A real run, which finds nothing. Reports are not payments: without them the server is degraded. */
    private Health aggregation() {
        Aggregations aggregations = parts.mongo().aggregations();
        return aggregations.run(aggregations.turnover(LONG_AGO, LONG_AGO)).isEmpty()
                ? Health.up()
                : Health.degraded("finds money where there is none");
    }

    /** That it answers is what counts; it holds nothing under this key. */
    private Health cache() {
        parts.cache().find("health");
        return Health.up();
    }
}
