package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** Faults and late decisions on a port of their own, so that they work while the main port refuses connections. */
final class ControlRoutes {
    private final Faults faults;
    private final SwitchRequests switches;
    private final Ledger ledger;
    private final Acquirer acquirer;
    private final FollowUps followUps;
    private final LedgerPages pages;

    ControlRoutes(
            Faults faults,
            SwitchRequests switches,
            Ledger ledger,
            Acquirer acquirer,
            FollowUps followUps,
            LedgerPages pages) {
        this.switches = switches;
        this.followUps = followUps;
        this.faults = faults;
        this.ledger = ledger;
        this.acquirer = acquirer;
        this.pages = pages;
    }

    void register(RoutesConfig routes) {
        pages.register(routes);
        routes.get("/faults", this::state);
        routes.post("/faults", ctx -> {
            plan(Json.parse(ctx.bodyAsBytes()));
            state(ctx);
        });
        routes.delete("/faults", ctx -> {
            faults.clear();
            state(ctx);
        });
        routes.post("/transactions/{ref}/settle", this::settle);
        routes.post("/transactions/{ref}/follow-up", this::followUp);
        routes.post("/transactions/{ref}/redeem", ctx -> entry(ctx, acquirer.redeem(found(ctx))));
        routes.exception(RefusedException.class, (e, ctx) -> problem(ctx, e.text()));
        routes.exception(IllegalArgumentException.class, (e, ctx) -> problem(ctx, String.valueOf(e.getMessage())));
    }

    private void state(Context ctx) {
        ObjectNode state = Json.object().put("accepting", faults.accepting()).put("left", faults.left());
        state.set("happened", Json.MAPPER.valueToTree(faults.happened()));
        state.set("switches", switches.state());
        json(ctx, 200, state);
    }

    /** {@code {"fault": name, "path": ..., "count": n, ...}}. */
    private void plan(ObjectNode body) {
        String name = body.path("fault").asText("");
        int count = body.path("count").asInt(1);
        switch (name) {
            case "refuse" -> faults.refuseConnections();
            case "accept" -> faults.acceptConnections();
            case "cut-input" -> faults.cutNextInput(body.path("bytes").asInt(1));
            case "callback-reorder" -> faults.reorderCallbacks(count);
            case "decision" -> planDecision(count, body);
            default -> {
                if (switches.set(name, body)) {
                    return;
                }
                if (name.startsWith("callback-")) {
                    planCallback(callbackFault(name, body), count, body);
                } else {
                    planCall(fault(name, body), count, body);
                }
            }
        }
    }

    private void planDecision(int count, ObjectNode body) {
        String type = body.path("type").asText("*");
        String code = body.path("code").asText("");
        if (body.has("share")) {
            faults.randomDecisions(body.path("share").asDouble(), type, code);
        } else {
            faults.nextDecisions(count, type, code);
        }
    }

    private void planCall(Fault fault, int count, ObjectNode body) {
        String path = body.path("path").asText("/payment/request");
        if (body.has("share")) {
            faults.randomly(body.path("share").asDouble(), path, fault);
        } else {
            faults.next(count, path, fault);
        }
    }

    private void planCallback(CallbackFault fault, int count, ObjectNode body) {
        if (body.has("share")) {
            faults.randomCallbacks(body.path("share").asDouble(), fault);
        } else {
            faults.nextCallbacks(count, fault);
        }
    }

    private static CallbackFault callbackFault(String name, ObjectNode body) {
        return switch (name) {
            case "callback-lose" -> CallbackFault.lose();
            case "callback-duplicate" ->
                CallbackFault.duplicate(body.path("copies").asInt(2));
            case "callback-delay" -> CallbackFault.delay(millis(body));
            case "callback-wrong-signature" -> CallbackFault.wrongSignature();
            default -> throw unknown(name);
        };
    }

    private static Fault fault(String name, ObjectNode body) {
        return switch (name) {
            case "delay" -> Fault.delay(millis(body));
            case "delay-reply" -> Fault.delayReply(millis(body));
            case "status" -> Fault.status(body.path("status").asInt(500));
            case "html" -> Fault.html(body.path("status").asInt(502));
            case "envelope" ->
                Fault.envelope(body.path("status").asInt(400), body.path("code").asInt(2));
            case "cut-reply" -> Fault.cutReply(body.path("bytes").asInt(0));
            case "drop-reply" -> Fault.dropReply();
            case "cut-request" -> Fault.cutRequest(body.path("bytes").asInt(0));
            default -> throw unknown(name);
        };
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("fault '" + name
                + "' is not one of refuse, accept, cut-input, delay, delay-reply, status, html, envelope, cut-reply, drop-reply,"
                + " cut-request, callback-lose, callback-duplicate, callback-delay, callback-wrong-signature, callback-reorder, decision, "
                + String.join(", ", SwitchRequests.NAMES));
    }

    private static Duration millis(ObjectNode body) {
        return Duration.ofMillis(body.path("millis").asLong(1000));
    }

    private void settle(Context ctx) {
        ObjectNode body = Json.parse(ctx.bodyAsBytes());
        String letter = body.path("status").asText("").toUpperCase(Locale.ROOT);
        entry(
                ctx,
                acquirer.decide(
                        found(ctx), Status.valueOf(letter), body.path("code").asText("")));
    }

    /** {@code {"type": "refund", "amount": "10.00", "cart_id": "R-1"}}: what a person does in the dashboard. */
    private void followUp(Context ctx) {
        ObjectNode body = Json.parse(ctx.bodyAsBytes());
        Transaction original = found(ctx);
        entry(
                ctx,
                followUps.fromDashboard(
                        original,
                        TranType.named(body.path("type").asText())
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "type '" + body.path("type").asText()
                                                + "' is not one of capture, void, release, refund")),
                        new BigDecimal(body.path("amount").asText()),
                        body.path("cart_id").asText(original.order().cartId())));
    }

    private Transaction found(Context ctx) {
        return ledger.find(ctx.pathParam("ref"))
                .orElseThrow(() -> new IllegalArgumentException("no transaction " + ctx.pathParam("ref")));
    }

    private static void entry(Context ctx, Transaction t) {
        ctx.status(200).contentType("application/json").result(Json.bytes(LedgerEntry.of(t)));
    }

    private static void problem(Context ctx, String text) {
        json(ctx, 400, Json.object().put("error", text));
    }

    private static void json(Context ctx, int status, ObjectNode body) {
        ctx.status(status).contentType("application/json").result(Json.bytes(body));
    }
}
