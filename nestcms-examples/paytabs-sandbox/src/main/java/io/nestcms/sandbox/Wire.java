package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON and form shapes of the gateway, as PayTabs recorded them: the direct reply, the query of a reference, the shorter entry of a
 * cart's list, and the notification, which alone has what the acquirer said. Replies say {@code profileId}, notifications
 * {@code profile_id}.
 */
final class Wire {
    private static final Set<String> CHALLENGE_FAILED = Set.of("310", "345");

    private final Settings settings;
    private final References references;
    private final Appearance appearance;

    Wire(Settings settings, References references, Appearance appearance) {
        this.settings = settings;
        this.references = references;
        this.appearance = appearance;
    }

    ObjectNode error(int code, String message) {
        return Json.object().put("code", code).put("message", message).put("trace", references.trace("PMNT0401"));
    }

    /** The reply to a payment request: a redirect while the payer has to act, else the result. */
    ObjectNode requested(Transaction t, String redirectUrl) {
        if (t.isOpen()) {
            ObjectNode json = head(t, appearance.replyType(t), null).put("tran_total", "0");
            copy(t.order(), json, "return", "callback");
            json.put("redirect_url", redirectUrl);
            copy(t.order(), json, "customer_details", "shipping_details");
            return tail(json, t, "PMNT0402");
        }
        ObjectNode json = head(t, appearance.replyType(t), null);
        return tail(withResult(json, t, "shipping_details").put("paymentChannel", channel(t)), t, "PMNT0402");
    }

    /** The reply to the query of one reference. An unpaid page has no {@code payment_result}. */
    ObjectNode queried(Transaction t) {
        ObjectNode json = head(t, appearance.type(t), appearance.original(t));
        withResult(json, t, "shipping_details").put("paymentChannel", channel(t));
        if (t.order().isFrom(Origin.SADAD)) {
            json.put("cart_id", "").remove("invoice_id");
        }
        return tail(json, t, "PMNT0403");
    }

    /** One entry of a cart's list: less than the query of its reference shows. */
    ObjectNode listed(Transaction t) {
        boolean full = settings.assumes(Assumption.LISTS_TELL_THE_ORIGINAL_TYPE);
        ObjectNode json = withResult(head(t, appearance.type(t), full ? appearance.original(t) : null), t);
        json.remove("token");
        return json.put("serviceId", 0);
    }

    /** What the callback carries. */
    ObjectNode notification(Transaction t) {
        Order order = t.order();
        Result result = t.result();
        ObjectNode json = Json.object().put("tran_ref", t.ref());
        putIfThere(json, "previous_tran_ref", t.previous());
        json.put("merchant_id", settings.merchantId()).put("profile_id", settings.profileId());
        cart(json, t);
        total(json, t);
        json.put("tran_type", appearance.type(t).title()).put("tran_class", tranClass(order));
        copy(order, json, "invoice_id");
        putIfThere(json, "customer_ref", order.text("customer_ref"));
        copy(order, json, "customer_details", "shipping_details");
        if (result != null) {
            json.set("payment_result", paymentResult(t, result, true));
            json.set("payment_info", paymentInfo(result.card(), order));
            putIfThere(json, "token", result.token());
        }
        copy(order, json, "user_defined");
        if (result != null && wasChecked(t, result)) {
            json.set("threeDSDetails", result.confirmed() ? confirmed() : notEnrolled());
        }
        return json.put("ipn_trace", references.trace("IPNS0002")).put("paymentChannel", channel(t));
    }

    /** A stored card: without its token and its expiry, as recorded. */
    ObjectNode token(Transaction first) {
        ObjectNode json = Json.object().put("tran_ref", first.ref());
        if (first.result() != null && first.result().card() != null) {
            Card card = first.result().card();
            json.putObject("payment_info")
                    .put("card_type", card.type())
                    .put("card_scheme", card.scheme())
                    .put("payment_description", card.masked());
        }
        copy(first.order(), json, "customer_details");
        return json;
    }

    /** The fields of the browser return, without the signature. */
    static Map<String, String> returnFields(Transaction t) {
        Result result = t.result();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("acquirerMessage", result == null ? "" : text(result.acquirerMessage()));
        fields.put("acquirerRRN", result == null ? "" : text(result.acquirerRrn()));
        fields.put("cartId", t.order().cartId());
        fields.put(
                "customerEmail",
                t.order().rest().path("customer_details").path("email").asText(""));
        fields.put("respCode", result == null ? "" : result.code());
        fields.put("respMessage", result == null ? "" : result.message());
        fields.put("respStatus", result == null ? "" : result.status().name());
        fields.put("token", result == null ? "" : text(result.token()));
        fields.put("tranRef", t.ref());
        return fields;
    }

    private ObjectNode head(Transaction t, TranType type, @Nullable TranType original) {
        ObjectNode json = Json.object().put("tran_ref", t.ref());
        putIfThere(json, "previous_tran_ref", t.previous());
        json.put("tran_type", type.title());
        putIfThere(json, "original_tran_type", original == null ? null : original.title());
        cart(json, t);
        return json;
    }

    private void cart(ObjectNode json, Transaction t) {
        Order order = t.order();
        json.put("cart_id", appearance.cartId(t))
                .put("cart_description", order.description())
                .put("cart_currency", order.currency())
                .put("cart_amount", Amounts.text(order.amount()));
    }

    private static void total(ObjectNode json, Transaction t) {
        Result result = t.result();
        json.put("tran_currency", result == null ? "" : t.order().currency());
        json.put("tran_total", result == null ? "0" : Amounts.text(result.total()));
    }

    private ObjectNode withResult(ObjectNode json, Transaction t, String... more) {
        Order order = t.order();
        Result result = t.result();
        total(json, t);
        copy(order, json, "invoice_id");
        putIfThere(json, "customer_ref", order.text("customer_ref"));
        copy(order, json, "customer_details");
        copy(order, json, more);
        if (result != null) {
            json.set(
                    "payment_result", paymentResult(t, result, settings.assumes(Assumption.REPLIES_TELL_THE_ACQUIRER)));
            json.set("payment_info", paymentInfo(result.card(), order));
            putIfThere(json, "token", result.token());
        }
        copy(order, json, "user_defined");
        return json;
    }

    private ObjectNode paymentResult(Transaction t, Result result, boolean withAcquirer) {
        Status shown = appearance.status(t);
        Status status = shown == null ? result.status() : shown;
        ObjectNode json = Json.object()
                .put("response_status", status.name())
                .put("response_code", result.code())
                .put("response_message", status == Status.V ? status.title() : result.message());
        if (withAcquirer) {
            putIfThere(json, "acquirer_message", result.acquirerMessage());
            putIfThere(json, "acquirer_rrn", result.acquirerRrn());
            putIfThere(json, "acquirer_ref", result.acquirerRef());
            json.put("cvv_result", " ").put("avs_result", " ");
        }
        return json.put(
                "transaction_time",
                result.time().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static ObjectNode paymentInfo(@Nullable Card card, Order order) {
        if (card == null) {
            return Json.object().put("card_scheme", "").put("payment_description", "No Payment");
        }
        ObjectNode json = Json.object().put("payment_method", card.scheme());
        if (card.isElsewhere()) {
            boolean direct = order.isFrom(Origin.SADAD);
            json.put("card_scheme", direct ? "Unknown" : "")
                    .put("payment_description", direct ? order.description() : card.masked());
        } else {
            json.put("card_type", card.type())
                    .put("card_scheme", card.scheme())
                    .put("payment_description", card.masked())
                    .put("expiryMonth", card.expiryMonth())
                    .put("expiryYear", card.expiryYear());
        }
        putIfThere(json, "issuerCountry", card.issuerCountry());
        putIfThere(json, "issuerName", card.issuerName());
        return json;
    }

    /** Whether 3-D Secure came to a result: with a payer's card, and an issuer or anti-fraud that answered. */
    private static boolean wasChecked(Transaction t, Result result) {
        boolean card = result.card() != null && !result.card().isElsewhere();
        boolean answered = result.status() == Status.A || result.status() == Status.H || result.status() == Status.D;
        return t.page() != null && card && answered && !CHALLENGE_FAILED.contains(result.code());
    }

    private static ObjectNode confirmed() {
        return threeDs(3, 4, "Y", "Y", "05", "AAABBZEEBgAAAAAAAAQGAAAAAAA=");
    }

    private static ObjectNode notEnrolled() {
        return threeDs(1, 1, "N", "", "", "");
    }

    private static ObjectNode threeDs(int level, int status, String enrolled, String answer, String eci, String cavv) {
        return Json.object()
                .put("responseLevel", level)
                .put("responseStatus", status)
                .put("enrolled", enrolled)
                .put("paResStatus", answer)
                .put("eci", eci)
                .put("cavv", cavv)
                .put("ucaf", "")
                .put("threeDSVersion", "Test/Simulation");
    }

    private ObjectNode tail(ObjectNode json, Transaction t, String trace) {
        return json.put("serviceId", onPage(t) ? 2 : 1)
                .put("profileId", settings.profileId())
                .put("merchantId", settings.merchantId())
                .put("trace", references.trace(trace));
    }

    private static String channel(Transaction t) {
        if (t.order().isFrom(Origin.DASHBOARD)) {
            return "Dashboard";
        }
        return onPage(t) ? "Payment Page" : "Transaction API";
    }

    private static boolean onPage(Transaction t) {
        return t.page() != null && !t.order().isFrom(Origin.SADAD);
    }

    private static String tranClass(Order order) {
        return switch (order.tranClass()) {
            case "ecom" -> "ECom";
            case "moto" -> "MOTO";
            default ->
                order.tranClass().substring(0, 1).toUpperCase(Locale.ROOT)
                        + order.tranClass().substring(1);
        };
    }

    private static void copy(Order order, ObjectNode to, String... fields) {
        for (String field : fields) {
            if (order.rest().hasNonNull(field)) {
                to.set(field, order.rest().get(field));
            }
        }
    }

    private static void putIfThere(ObjectNode json, String field, @Nullable String value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
