package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Locale;

/** Faults and late decisions on a port of their own, so that they work while the main port refuses connections. */
final class ControlRoutes {
    private final Faults faults;
    private final Ledger ledger;
    private final Acquirer acquirer;
    private final LedgerPages pages;

    ControlRoutes(Faults faults, Ledger ledger, Acquirer acquirer, LedgerPages pages) {
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
        routes.post("/transactions/{ref}/redeem", ctx -> entry(ctx, acquirer.redeem(found(ctx))));
        routes.exception(RefusedException.class, (e, ctx) -> problem(ctx, e.text()));
        routes.exception(IllegalArgumentException.class, (e, ctx) -> problem(ctx, String.valueOf(e.getMessage())));
    }

    private void state(Context ctx) {
        json(ctx, 200, Json.object().put("accepting", faults.accepting()).put("left", faults.left()));
    }

    /** {@code {"fault": name, "path": ..., "count": n, ...}}. */
    private void plan(ObjectNode body) {
        String name = body.path("fault").asText("");
        int count = body.path("count").asInt(1);
        switch (name) {
            case "refuse" -> faults.refuseConnections();
            case "accept" -> faults.acceptConnections();
            case "callback-lose" -> faults.nextCallbacks(count, CallbackFault.lose());
            case "callback-duplicate" ->
                faults.nextCallbacks(
                        count, CallbackFault.duplicate(body.path("copies").asInt(2)));
            case "callback-delay" -> faults.nextCallbacks(count, CallbackFault.delay(millis(body)));
            case "callback-wrong-signature" -> faults.nextCallbacks(count, CallbackFault.wrongSignature());
            case "callback-reorder" -> faults.reorderCallbacks(count);
            default -> faults.next(count, body.path("path").asText("/payment/request"), fault(name, body));
        }
    }

    private static Fault fault(String name, ObjectNode body) {
        return switch (name) {
            case "delay" -> Fault.delay(millis(body));
            case "delay-reply" -> Fault.delayReply(millis(body));
            case "status" -> Fault.status(body.path("status").asInt(500));
            case "html" -> Fault.html(body.path("status").asInt(502));
            case "cut-reply" -> Fault.cutReply(body.path("bytes").asInt(0));
            case "drop-reply" -> Fault.dropReply();
            case "cut-request" -> Fault.cutRequest(body.path("bytes").asInt(0));
            default ->
                throw new IllegalArgumentException(
                        "fault '" + name
                                + "' is not one of refuse, accept, delay, delay-reply, status, html, cut-reply, drop-reply, cut-request,"
                                + " callback-lose, callback-duplicate, callback-delay, callback-wrong-signature, callback-reorder");
        };
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
