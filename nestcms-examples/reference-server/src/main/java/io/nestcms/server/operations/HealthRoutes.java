package io.nestcms.server.operations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.health.HealthChecks;
import io.nestcms.health.HealthReport;
import io.nestcms.incident.Incident;
import io.nestcms.incident.Incidents;
import io.nestcms.mongo.SlowOperation;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.system.HealthStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server lives, and whether it can work. An open circuit is no reason to take a node out: every node would
 * be out at once, and the API answers for it. So what the server can do without makes it degraded, which is a 200 too.
 */
public final class HealthRoutes {
    private final HealthChecks checks;
    private final Vitals vitals;
    private final Circuits circuits;
    private final Incidents incidents;
    private final SlowFindings slow;
    private final Map<String, String> kinds;
    private final AtomicBoolean stopping;

    /** {@code kinds} tells, by the name of a part, what is embedded and what is real. */
    public HealthRoutes(
            Vitals vitals,
            Circuits circuits,
            Incidents incidents,
            SlowFindings slow,
            Map<String, String> kinds,
            AtomicBoolean stopping) {
        this.checks = vitals.checks();
        this.vitals = vitals;
        this.circuits = circuits;
        this.incidents = incidents;
        this.slow = slow;
        this.kinds = kinds;
        this.stopping = stopping;
    }

    /** The whole is for everybody, its parts for those who may see them. */
    public void register(RoutesConfig routes, AuthRoutes auth) {
        routes.get("/health", this::ready);
        routes.get("/health/liveness", context -> answer(context, HealthStatus.UP, null));
        routes.get("/health/readiness", this::ready);
        routes.get("/health/detailed", auth.protectHealth(this::detailed));
        routes.get("/health/database", auth.protectHealth(context -> some(context, "database", Vitals.OUTBOX)));
        routes.get("/health/connections", auth.protectHealth(context -> some(context, Vitals.CONNECTIONS)));
        routes.get("/health/cache", auth.protectHealth(context -> some(context, "cache", "redis")));
        routes.get("/health/paytabs", auth.protectHealth(context -> some(context, "gateway", "gateway-profile")));
        routes.get("/health/circuit-breakers", auth.protectHealth(this::breakers));
        routes.get("/health/aggregation", auth.protectHealth(context -> some(context, Vitals.AGGREGATION)));
    }

    /** These parts, as far as there are such, and the worst of them. Optional or not: the question is about them alone. */
    private void some(Context context, String... names) {
        List<HealthReport.Component> asked = checks.check().components().stream()
                .filter(component -> List.of(names).contains(component.name()))
                .toList();
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        asked.forEach(component -> part(parts, component));
        answer(context, worst(asked), parts);
    }

    private static HealthStatus worst(List<HealthReport.Component> components) {
        return components.stream()
                .map(component -> component.health().status())
                .max(Comparator.naturalOrder())
                .orElse(HealthStatus.UP);
    }

    private void breakers(Context context) {
        List<HealthReport.Component> asked = checks.check().components().stream()
                .filter(component -> component.name().equals(Vitals.CIRCUITS))
                .toList();
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        states(parts);
        answer(context, worst(asked), parts);
    }

    private void states(ObjectNode parts) {
        ObjectNode states = parts.putObject(Vitals.CIRCUITS);
        for (BreakerSnapshot breaker : circuits.snapshots()) {
            states.put(breaker.name(), breaker.state().name());
        }
    }

    private void ready(Context context) {
        // a server that stops need not ask anybody
        answer(context, stopping.get() ? HealthStatus.DOWN : checks.check().status(), null);
    }

    private void detailed(Context context) {
        HealthReport report = checks.check();
        boolean stops = stopping.get();
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        parts.putObject("server").put("status", stops ? "DOWN" : "UP").put("stopping", stops);
        for (HealthReport.Component component : report.components()) {
            if (!component.name().equals(Vitals.CIRCUITS)) {
                part(parts, component);
            }
        }
        states(parts);
        ArrayNode open = parts.putArray("incidents");
        incidents.open().forEach(incident -> open.add(json(incident)));
        ArrayNode slowOnes = parts.putArray("slowOperations");
        slow.list().forEach(finding -> slowOnes.add(json(finding)));
        answer(context, stops ? HealthStatus.DOWN : report.status(), parts);
    }

    private void part(ObjectNode parts, HealthReport.Component component) {
        ObjectNode part = parts.putObject(component.name())
                .put("status", component.health().status().name());
        if (!component.health().detail().isEmpty()) {
            part.put("detail", component.health().detail());
        }
        String kind = kinds.get(component.name());
        if (kind != null) {
            part.put("kind", kind);
        }
        OutboxBacklog backlog = vitals.backlog();
        if (component.name().equals(Vitals.OUTBOX)
                && component.health().status() != HealthStatus.DOWN
                && backlog != null) {
            part.put("waiting", backlog.payments()).put("buried", backlog.buried());
            part.put(
                    "oldest", backlog.oldest() == null ? null : backlog.oldest().toString());
        }
    }

    private static ObjectNode json(Incident incident) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", incident.id())
                .put("subject", incident.subject())
                .put("summary", incident.summary())
                .put("openedAt", incident.openedAt().toString());
    }

    /** Without the server's address, which is nobody's business outside; the log has it. */
    private static ObjectNode json(SlowFindings.Finding finding) {
        SlowOperation longest = finding.longest();
        return JsonNodeFactory.instance
                .objectNode()
                .put("operation", longest.operation())
                .put("cause", longest.cause().name())
                .put("advice", longest.advice())
                .put("times", finding.times())
                .put("longestMillis", longest.took().toMillis());
    }

    private static void answer(Context context, HealthStatus status, @Nullable ObjectNode parts) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("status", status.name());
        if (parts != null) {
            json.set("parts", parts);
        }
        Json.answer(context.status(status == HealthStatus.DOWN ? 503 : 200), json);
    }
}
