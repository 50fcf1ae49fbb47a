package io.nestcms.server.operations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.incident.Incident;
import io.nestcms.incident.Incidents;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Mismatch;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.ResolveResult;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.resilience.BreakerOrder;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Clients;
import io.nestcms.server.http.Deed;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What those who run the system do: circuits, dead letters, the reconciler, what a person must decide, incidents. */
public final class AdminRoutes {
    private static final int MOST = 200;

    private final Parts parts;

    /**
     * What is looked after.
     *
     * @param circuits the circuits
     * @param payments decides what a person must
     * @param outbox where events are that could not be delivered
     * @param reconcile looks at the payments that are due
     * @param incidents what is wrong
     * @param clients tells where a request comes from
     * @param record hears of each deed
     * @param clock tells when
     */
    public record Parts(
            Circuits circuits,
            Payments payments,
            Outbox outbox,
            Supplier<Reconciler.Run> reconcile,
            Incidents incidents,
            Clients clients,
            Consumer<Deed> record,
            Clock clock) {}

    /** Routes to these parts. */
    public AdminRoutes(Parts parts) {
        this.parts = parts;
    }

    /** Adds them. */
    public void register(RoutesConfig routes, AuthRoutes auth) {
        routes.get("/admin/circuits", auth.protectAll(Permission.READ, "circuit", this::circuits));
        routes.post("/admin/circuits/{name}/orders", auth.protectAll(Permission.MODIFY, "circuit", this::order));
        routes.get("/admin/dead-letters", auth.protectAll(Permission.READ, "dead-letter", this::deadLetters));
        routes.post(
                "/admin/dead-letters/{payment}/{event}/replay",
                auth.protectAll(Permission.MODIFY, "dead-letter", this::replay));
        routes.post("/admin/reconciler/runs", auth.protectAll(Permission.MODIFY, "reconciler", this::reconcile));
        routes.get("/admin/undecided", auth.protectAll(Permission.READ, "mismatch", this::undecided));
        routes.post("/admin/payments/{id}/decisions", auth.protectAll(Permission.APPROVE, "mismatch", this::decide));
        routes.get("/admin/incidents", auth.protectAll(Permission.READ, "incident", this::incidents));
        routes.post(
                "/admin/incidents/{id}/acknowledge", auth.protectAll(Permission.MODIFY, "incident", this::acknowledge));
        routes.post("/admin/incidents/{id}/resolve", auth.protectAll(Permission.MODIFY, "incident", this::resolve));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static String by(Context context) {
        return AuthRoutes.caller(context).merchant();
    }

    private void record(Context context, String action, String subject, Map<String, String> details) {
        parts.record()
                .accept(new Deed(
                        parts.clock().instant(), by(context), parts.clients().of(context), action, subject, details));
    }

    private static RuntimeException notFound(String what) {
        return Problem.of(404, "not-found", "There is no such " + what, null).asException();
    }

    private void circuits(Context context) {
        ObjectNode json = object();
        ArrayNode items = json.putArray("items");
        for (BreakerSnapshot breaker : parts.circuits().snapshots()) {
            items.addObject()
                    .put("name", breaker.name())
                    .put("dependency", breaker.dependency())
                    .put("state", breaker.state().name())
                    .put("calls", breaker.calls())
                    .put("failureRate", breaker.failureRate())
                    .put("slowRate", breaker.slowRate())
                    .put("rejected", breaker.rejected())
                    .put("opened", breaker.opened())
                    .put("since", breaker.since().toString());
        }
        Json.answer(context, json);
    }

    /** Carried out here at once, and by the other nodes when they look for orders. */
    private void order(Context context) {
        String name = context.pathParam("name");
        StrictJson.Fields body = StrictJson.object(context);
        BreakerOrder.Command command = Query.constantOf("command", body.text("command"), BreakerOrder.Command.class);
        body.done();
        CircuitBreakers registry = parts.circuits()
                .registries()
                .filter(each -> each.find(name).isPresent())
                .findFirst()
                .orElseThrow(() -> notFound("circuit"));
        String before = registry.find(name).orElseThrow().state().name();
        boolean told = registry.order(name, command, by(context));
        String after = registry.find(name).orElseThrow().state().name();
        record(
                context,
                "CircuitOrdered",
                "circuit/" + name,
                Map.of("command", command.name(), "before", before, "after", after));
        Json.answer(context, object().put("name", name).put("state", after).put("otherNodesTold", told));
    }

    private void deadLetters(Context context) {
        int limit = Query.of(context, "limit").number("limit", MOST, 1, MOST);
        ObjectNode json = object();
        ArrayNode items = json.putArray("items");
        for (BuriedEvent event : parts.outbox().buried(limit)) {
            items.addObject()
                    .put("payment", event.paymentId().value())
                    .put("event", event.id())
                    .put("listener", event.listener())
                    .put("attempts", event.attempts())
                    .put("cause", event.cause());
        }
        Json.answer(context, json);
    }

    private void replay(Context context) {
        PaymentId payment = paymentId(context.pathParam("payment"));
        String event = context.pathParam("event");
        if (!parts.outbox().replay(payment, event, parts.clock().instant())) {
            throw notFound("dead letter");
        }
        record(context, "DeadLetterReplayed", "payment/" + payment, Map.of("event", event));
        context.status(202);
        Json.answer(context, object().put("payment", payment.value()).put("event", event));
    }

    private static PaymentId paymentId(String text) {
        try {
            return new PaymentId(text);
        } catch (InvalidInputException none) {
            throw notFound("payment");
        }
    }

    private void reconcile(Context context) {
        Reconciler.Run run = parts.reconcile().get();
        record(context, "ReconcilerRun", "reconciler", Map.of("checked", Integer.toString(run.checked())));
        Json.answer(
                context,
                object().put("checked", run.checked()).put("moved", run.moved()).put("failed", run.failed()));
    }

    private void undecided(Context context) {
        int limit = Query.of(context, "limit").number("limit", MOST, 1, MOST);
        ObjectNode json = object();
        ArrayNode items = json.putArray("items");
        parts.payments().undecided(limit).forEach(payment -> items.add(json(payment)));
        Json.answer(context, json);
    }

    private static ObjectNode json(Payment payment) {
        ObjectNode json = object().put("id", payment.id().value())
                .put("merchant", payment.claim().key().scope())
                .put("status", payment.status().name())
                .put("amount", payment.order().amount().amountText())
                .put("currency", payment.order().amount().currencyCode());
        ArrayNode mismatches = json.putArray("mismatches");
        for (Mismatch mismatch : payment.ledger().mismatches()) {
            mismatches
                    .addObject()
                    .put("tranRef", mismatch.entry().ref().value())
                    .put("difference", mismatch.difference().name());
        }
        ArrayNode followUps = json.putArray("followUps");
        payment.followUps().stream()
                .filter(followUp -> followUp.undecided())
                .forEach(followUp -> followUps
                        .addObject()
                        .put("cart", followUp.cartId().value())
                        .put("kind", followUp.kind().name())
                        .put("amount", followUp.amount().amountText()));
        return json;
    }

    private void decide(Context context) {
        PaymentId id = paymentId(context.pathParam("id"));
        StrictJson.Fields body = StrictJson.object(context);
        Resolution resolution = resolution(body);
        body.done();
        // who decided is part of the payment's own record, and its event goes into the audit trail
        ResolveResult result = parts.payments().resolve(id, resolution, by(context));
        result.fold(resolved -> Json.answer(context, json(resolved.payment())), refused -> {
            throw switch (refused.refusal()) {
                case NOT_FOUND -> notFound("payment");
                default ->
                    Problem.of(
                                    409,
                                    "not-allowed",
                                    "This cannot be decided so",
                                    refused.refusal().name().toLowerCase(Locale.ROOT))
                            .asException();
            };
        });
    }

    private static Resolution resolution(StrictJson.Fields body) {
        String decision = body.text("decision");
        String ref = body.optionalText("tranRef");
        String cart = body.optionalText("cart");
        return switch (decision) {
            case "ACCEPT_AS_PAID" -> new Resolution.AcceptAsPaid(ref(ref));
            case "GIVE_BACK" -> new Resolution.GiveBack(ref(ref));
            case "KEEP" -> new Resolution.Keep(ref(ref));
            case "WAS_DONE" -> new Resolution.WasDone(cart(cart), ref(ref));
            case "WAS_NOT_DONE" -> new Resolution.WasNotDone(cart(cart));
            case "TOOK_NOTHING" -> new Resolution.TookNothing(cart(cart));
            default ->
                throw Problem.field(
                                422,
                                "decision",
                                "is not known",
                                "one of ACCEPT_AS_PAID, GIVE_BACK, KEEP, WAS_DONE, WAS_NOT_DONE, TOOK_NOTHING")
                        .asException();
        };
    }

    private static TransactionRef ref(@Nullable String text) {
        return new TransactionRef(given("tranRef", text));
    }

    private static CartId cart(@Nullable String text) {
        return new CartId(given("cart", text));
    }

    private static String given(String field, @Nullable String text) {
        if (text == null) {
            throw Problem.field(422, field, "is missing", "required for this decision")
                    .asException();
        }
        return text;
    }

    private void incidents(Context context) {
        ObjectNode json = object();
        ArrayNode open = json.putArray("open");
        parts.incidents().open().forEach(incident -> open.add(json(incident)));
        ArrayNode resolved = json.putArray("resolved");
        parts.incidents().resolved().forEach(incident -> resolved.add(json(incident)));
        Json.answer(context, json);
    }

    private void acknowledge(Context context) {
        StrictJson.object(context).done();
        String id = context.pathParam("id");
        Incident incident = parts.incidents().acknowledge(id, by(context)).orElseThrow(() -> notFound("open incident"));
        record(context, "IncidentAcknowledged", "incident/" + id, Map.of("about", incident.subject()));
        Json.answer(context, json(incident));
    }

    private void resolve(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String text = body.text("text");
        body.done();
        String id = context.pathParam("id");
        Optional<Incident> resolved = parts.incidents()
                .find(id)
                .filter(Incident::isOpen)
                .flatMap(open -> parts.incidents().resolve(open.subject(), text, by(context)));
        Incident incident = resolved.orElseThrow(() -> notFound("open incident"));
        record(context, "IncidentClosed", "incident/" + id, Map.of("about", incident.subject()));
        Json.answer(context, json(incident));
    }

    private static ObjectNode json(Incident incident) {
        ObjectNode json = object();
        json.put("id", incident.id());
        json.put("subject", incident.subject());
        json.put("summary", incident.summary());
        json.put("openedAt", incident.openedAt().toString());
        json.put("acknowledgedBy", incident.acknowledgedBy());
        json.put(
                "resolvedAt",
                incident.resolvedAt() == null ? null : incident.resolvedAt().toString());
        ArrayNode timeline = json.putArray("timeline");
        incident.timeline()
                .forEach(entry -> timeline.addObject()
                        .put("at", entry.at().toString())
                        .put("text", entry.text())
                        .put("by", entry.by()));
        return json;
    }
}
