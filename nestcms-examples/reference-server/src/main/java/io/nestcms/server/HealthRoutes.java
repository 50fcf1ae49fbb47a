package io.nestcms.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.payment.OutboxBacklog;
import io.nestcms.payment.PaymentStore;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.CircuitBreakers;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the server lives, and whether it can work. An open circuit is no reason to take a node out: every node would
 * be out at once, and the API answers for it.
 */
final class HealthRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(HealthRoutes.class);

    private final PaymentStore store;
    private final CircuitBreakers breakers;
    private final Map<String, String> parts;
    private final AtomicBoolean stopping;

    /** {@code parts} tells, by name, what is embedded and what is real. */
    HealthRoutes(PaymentStore store, CircuitBreakers breakers, Map<String, String> parts, AtomicBoolean stopping) {
        this.store = store;
        this.breakers = breakers;
        this.parts = parts;
        this.stopping = stopping;
    }

    void register(RoutesConfig routes) {
        routes.get("/health", context -> answer(context, isReady(), null));
        routes.get("/health/liveness", context -> answer(context, true, null));
        routes.get("/health/readiness", context -> answer(context, isReady(), null));
        routes.get("/health/detailed", this::detailed);
    }

    private boolean isReady() {
        return !stopping.get() && backlog() != null;
    }

    private void detailed(Context context) {
        OutboxBacklog backlog = backlog();
        boolean up = backlog != null && !stopping.get();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("server").put("status", stopping.get() ? "DOWN" : "UP").put("stopping", stopping.get());
        ObjectNode database = json.putObject("database").put("status", backlog == null ? "DOWN" : "UP");
        ObjectNode outbox = json.putObject("outbox").put("status", backlog == null ? "DOWN" : "UP");
        if (backlog != null) {
            outbox.put("waiting", backlog.payments()).put("buried", backlog.buried());
            outbox.put(
                    "oldest", backlog.oldest() == null ? null : backlog.oldest().toString());
        }
        ObjectNode circuits = json.putObject("circuits");
        for (BreakerSnapshot breaker : breakers.snapshots()) {
            circuits.put(breaker.name(), breaker.state().name());
        }
        database.put("kind", parts.get("database"));
        json.putObject("gateway").put("kind", parts.get("gateway"));
        json.putObject("cache").put("status", "UP").put("kind", parts.get("cache"));
        answer(context, up, json);
    }

    private @Nullable OutboxBacklog backlog() {
        try {
            return store.outbox().backlog();
        } catch (RuntimeException broken) {
            LOG.warn("The payment store cannot be reached: {}", broken.toString());
            return null;
        }
    }

    private static void answer(Context context, boolean up, @Nullable ObjectNode parts) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("status", up ? "UP" : "DOWN");
        if (parts != null) {
            json.set("parts", parts);
        }
        PaymentRoutes.json(context.status(up ? 200 : 503), json);
    }
}
