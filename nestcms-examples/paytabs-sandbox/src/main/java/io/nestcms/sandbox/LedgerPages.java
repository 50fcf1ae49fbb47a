package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the sandbox did: as JSON for programs, as a page for people. */
final class LedgerPages {
    /** Rows of each table on the page; the JSON has them all. */
    private static final int SHOWN = 500;

    private final Ledger ledger;
    private final Calls calls;
    private final Callbacks callbacks;

    LedgerPages(Ledger ledger, Calls calls, Callbacks callbacks) {
        this.ledger = ledger;
        this.calls = calls;
        this.callbacks = callbacks;
    }

    void register(RoutesConfig routes) {
        routes.get("/ledger", ctx -> {
            boolean page = Objects.requireNonNullElse(ctx.header("Accept"), "").contains("text/html");
            if (page) {
                ctx.html(html());
            } else {
                ctx.contentType("application/json").result(Json.bytes(json(ctx.queryParam("cart_id"))));
            }
        });
        routes.get(
                "/ledger.json",
                ctx -> ctx.contentType("application/json").result(Json.bytes(json(ctx.queryParam("cart_id")))));
    }

    private ObjectNode json(@Nullable String cartId) {
        ObjectNode json = Json.object();
        List<String> carts = cartId == null ? ledger.carts() : List.of(cartId);
        json.set("transactions", Json.MAPPER.valueToTree(cartId == null ? ledger.entries() : ledger.entries(cartId)));
        json.set(
                "carts",
                Json.MAPPER.valueToTree(carts.stream().map(ledger::totals).toList()));
        json.set("requests", Json.MAPPER.valueToTree(calls.counts()));
        json.set("deliveries", deliveries());
        return json.put("callbacksUnderWay", callbacks.underWay());
    }

    private JsonNode deliveries() {
        var array = Json.MAPPER.createArrayNode();
        for (Delivery delivery : callbacks.deliveries()) {
            array.addObject()
                    .put("tranRef", delivery.tranRef())
                    .put("url", delivery.url().toString())
                    .put("attempt", delivery.attempt())
                    .put("at", delivery.at().toString())
                    .put("httpStatus", delivery.httpStatus())
                    .put("outcome", delivery.outcome())
                    .put("finalTry", delivery.finalTry());
        }
        return array;
    }

    private String html() {
        return Html.wide(
                "Ledger",
                "<h1>Ledger of the PayTabs sandbox</h1><p class=\"muted\">As JSON: <a href=\"/ledger.json\">/ledger.json</a></p>"
                        + table(
                                "Transactions",
                                "Reference,Follows,Type,Cart,Amount,Status,Code,Message,Created",
                                rows())
                        + table("Carts", "Cart,Charges,Charged,Refunds,Refunded,Held", carts())
                        + table("Notifications", "Reference,To,Try,Outcome,At", notifications())
                        + table("Requests", "Path,Count", requests()));
    }

    private String rows() {
        List<LedgerEntry> newestFirst = new ArrayList<>(ledger.entries());
        Collections.reverse(newestFirst);
        return newestFirst.stream()
                .limit(SHOWN)
                .map(e -> row(
                        e.ref(),
                        e.previousRef(),
                        e.type(),
                        e.cartId(),
                        Amounts.text(e.amount()) + " " + e.currency(),
                        e.status() == null ? "open" : e.status(),
                        e.code(),
                        e.message(),
                        e.createdAt()))
                .collect(Collectors.joining());
    }

    private String carts() {
        List<String> carts = ledger.carts();
        return carts.stream()
                .skip(Math.max(0, carts.size() - SHOWN))
                .map(ledger::totals)
                .map(t -> row(
                        t.cartId(),
                        t.charges(),
                        Amounts.text(t.charged()),
                        t.refunds(),
                        Amounts.text(t.refunded()),
                        Amounts.text(t.authorised())))
                .collect(Collectors.joining());
    }

    private String notifications() {
        List<Delivery> deliveries = callbacks.deliveries();
        return deliveries.stream()
                .skip(Math.max(0, deliveries.size() - SHOWN))
                .map(d -> row(d.tranRef(), d.url(), d.attempt(), d.outcome() + " " + d.httpStatus(), d.at()))
                .collect(Collectors.joining());
    }

    private String requests() {
        return calls.counts().entrySet().stream()
                .map(e -> row(e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }

    private static String table(String title, String heads, String rows) {
        String head = java.util.Arrays.stream(heads.split(",", -1))
                .map(h -> "<th>" + h + "</th>")
                .collect(Collectors.joining());
        return "<h2>" + title + "</h2><div class=\"scroll\"><table><tr>" + head + "</tr>" + rows + "</table></div>";
    }

    private static String row(@Nullable Object... cells) {
        StringBuilder out = new StringBuilder("<tr>");
        for (Object cell : cells) {
            out.append("<td>")
                    .append(cell == null ? "" : Html.escape(cell.toString()))
                    .append("</td>");
        }
        return out.append("</tr>").toString();
    }
}
