package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.util.function.Supplier;

/** Invoices and pay links: the merchant's calls in all the paths that PayTabs' documents name, and the payer's links. */
final class BillRoutes {
    private static final String INVOICE = "/payment/invoice/";

    private final Serving serving;
    private final MerchantAccess access;
    private final Invoicing invoicing;
    private final Bills bills;
    private final Appearance appearance;
    private final PageAddresses addresses;
    private final References references;

    BillRoutes(
            Serving serving,
            MerchantAccess access,
            Invoicing invoicing,
            Bills bills,
            Appearance appearance,
            PageAddresses addresses,
            References references) {
        this.serving = serving;
        this.access = access;
        this.invoicing = invoicing;
        this.bills = bills;
        this.appearance = appearance;
        this.addresses = addresses;
        this.references = references;
    }

    void register(RoutesConfig routes) {
        // the documents disagree about the path, so each is served
        for (String path : new String[] {"/payment/invoice/new", "/payment/new/invoice", "/payment/invoice"}) {
            routes.post(path, json("/payment/invoice/new", ctx -> created(access.body(ctx))));
        }
        routes.post("/payment/invoice/status", json(INVOICE + "status", ctx -> status(named(access.body(ctx)))));
        routes.post("/payment/invoice/cancel", json(INVOICE + "cancel", ctx -> cancelled(named(access.body(ctx)))));
        routes.post("/payment/invoice/paid", json(INVOICE + "paid", ctx -> markedPaid(access.body(ctx))));
        routes.get(INVOICE + "{id}/status", json(INVOICE + "status", ctx -> status(inPath(ctx))));
        routes.post(INVOICE + "{id}/status", json(INVOICE + "status", ctx -> status(inPath(ctx))));
        routes.put(INVOICE + "{id}/cancel", json(INVOICE + "cancel", ctx -> cancelled(inPath(ctx))));
        routes.post(INVOICE + "{id}/sms", json(INVOICE + "sms", this::sent));
        routes.get(INVOICE + "{id}/details", json(INVOICE + "details", ctx -> details(inPath(ctx))));
        routes.post(INVOICE + "{id}/details", json(INVOICE + "details", ctx -> details(inPath(ctx))));
        routes.post("/payment/link/create", json("/payment/link/create", ctx -> linked(access.body(ctx))));
        Handler view = json("/payment/link/view", ctx -> viewed(ctx));
        routes.get("/payment/link/view/{profile}/{id}", view);
        routes.post("/payment/link/view/{profile}/{id}", view);
        routes.get("/payment/request/invoice/{id}/{secret}", ctx -> page(ctx, () -> payInvoice(ctx)));
        routes.get("/payment/link/{id}/{secret}", ctx -> page(ctx, () -> payLink(ctx)));
    }

    private interface Answer {
        JsonNode to(Context ctx);
    }

    private Handler json(String key, Answer answer) {
        return ctx -> serving.serve(ctx, key, () -> Reply.json(200, answer.to(ctx)));
    }

    private void page(Context ctx, Supplier<Reply> work) throws IOException {
        serving.serve(ctx, "/payment/page", () -> {
            try {
                return work.get();
            } catch (RefusedException e) {
                return Reply.html(404, Html.message("Page not found", e.text()));
            }
        });
    }

    private ObjectNode created(ObjectNode body) {
        Invoice invoice = invoicing.create(body);
        return Json.object()
                .put("invoice_id", invoice.id())
                .put("invoice_link", addresses.base() + invoice.path())
                .put("trace_code", trace());
    }

    private ObjectNode status(Invoice invoice) {
        ObjectNode json = Json.object().put("invoice_status", invoicing.status(invoice));
        Transaction latest = invoicing.latest(invoice);
        if (invoice.markedPaid() != null) {
            json.put("tran_ref", invoice.markedPaid());
        } else if (latest != null && latest.result() != null) {
            boolean voided = appearance.isVoided(latest);
            Status status = latest.result().status();
            json.put("tran_ref", latest.ref())
                    .put("tran_status", voided ? Status.V.name() : status.name())
                    .put(
                            "tran_status_msg",
                            voided ? Status.V.title() : latest.result().message());
        }
        return json;
    }

    private ObjectNode cancelled(Invoice invoice) {
        invoicing.cancel(invoice);
        return message("Invoice cancelled");
    }

    private ObjectNode markedPaid(ObjectNode body) {
        Invoice paid = invoicing.markPaid(named(body), body);
        return status(paid).put("trace", trace());
    }

    private ObjectNode sent(Context ctx) {
        ObjectNode body = access.body(ctx);
        bills.invoice(id(ctx));
        if (body.path("customer_details").path("phone").asText("").isEmpty()) {
            throw RefusedException.invalid("customer_details.phone is required");
        }
        return message("SMS sent");
    }

    private ObjectNode details(Invoice invoice) {
        ObjectNode json = Json.object()
                .put("invoice_id", invoice.id())
                .put("invoice_link", addresses.base() + invoice.path())
                .put("invoice_status", invoicing.status(invoice))
                .put("cart_id", invoice.order().cartId())
                .put("cart_currency", invoice.order().currency())
                .put("cart_amount", Amounts.text(invoice.total()))
                .put("issue_date", invoice.createdAt().toString());
        json.set("invoice", invoice.details());
        return json.put("trace", trace());
    }

    private ObjectNode linked(ObjectNode body) {
        return described(invoicing.createLink(body));
    }

    private ObjectNode viewed(Context ctx) {
        access.key(ctx);
        access.profile(ctx.pathParam("profile"));
        return described(bills.link(id(ctx)));
    }

    private ObjectNode described(PayLink link) {
        return Json.object()
                .put("link_id", link.id())
                .put("link_title", link.title())
                .put("link_url", addresses.base() + link.path())
                .put("cart_id", link.order().cartId())
                .put("cart_currency", link.order().currency())
                .put("cart_amount", Amounts.text(link.order().amount()))
                .put("trace", trace());
    }

    private Reply payInvoice(Context ctx) {
        Invoice invoice = bills.invoice(id(ctx));
        checkSecret(ctx, invoice.secret());
        return invoicing.isPayable(invoice)
                ? Reply.seeOther(PageAddresses.path(invoicing.page(invoice)))
                : Reply.html(410, Html.message("Invoice " + invoicing.status(invoice), "It cannot be paid here."));
    }

    private Reply payLink(Context ctx) {
        PayLink link = bills.link(id(ctx));
        checkSecret(ctx, link.secret());
        return Reply.seeOther(PageAddresses.path(invoicing.page(link)));
    }

    private static void checkSecret(Context ctx, String secret) {
        if (!ctx.pathParam("secret").equals(secret)) {
            throw RefusedException.invalid("No bill has this address.");
        }
    }

    private Invoice named(ObjectNode body) {
        return bills.invoice(body.path("invoice_id").asLong());
    }

    private Invoice inPath(Context ctx) {
        access.key(ctx);
        return bills.invoice(id(ctx));
    }

    private static long id(Context ctx) {
        String id = ctx.pathParam("id");
        return id.matches("\\d{1,18}") ? Long.parseLong(id) : 0;
    }

    private ObjectNode message(String text) {
        return Json.object().put("message", text).put("trace", trace());
    }

    private String trace() {
        return references.trace("PMNT0405");
    }
}
