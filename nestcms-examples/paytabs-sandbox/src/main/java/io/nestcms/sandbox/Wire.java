package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON and form shapes of the gateway. Replies say {@code profileId}, notifications {@code profile_id}. */
final class Wire {
    private final Settings settings;
    private final References references;

    Wire(Settings settings, References references) {
        this.settings = settings;
        this.references = references;
    }

    ObjectNode error(int code, String message) {
        return Json.object().put("code", code).put("message", message).put("trace", references.trace("PMNT0401"));
    }

    /** The reply to a payment request: a redirect while the payer has to act, else the result. */
    ObjectNode requested(Transaction t, String redirectUrl) {
        if (!t.isOpen()) {
            return tail(body(t), "PMNT0402");
        }
        ObjectNode json = head(t).put("tran_currency", "").put("tran_total", "0");
        copy(t.order(), json, "callback", "return");
        json.put("redirect_url", redirectUrl);
        copy(t.order(), json, "customer_details");
        return tail(json, "PMNT0402");
    }

    /** The reply to a query. An unpaid page has no {@code payment_result}. */
    ObjectNode queried(Transaction t) {
        return tail(body(t), "PMNT0403");
    }

    /** A stored card. */
    ObjectNode token(String token, Transaction first) {
        ObjectNode json = Json.object().put("token", token).put("tran_ref", first.ref());
        copy(first.order(), json, "customer_details");
        if (first.result() != null && first.result().card() != null) {
            json.set("payment_info", paymentInfo(first.result().card()));
        }
        return json.put("trace", references.trace("PMNT0403"));
    }

    /** What the callback carries. */
    ObjectNode notification(Transaction t) {
        ObjectNode json = Json.object();
        json.put("tran_ref", t.ref());
        putIfThere(json, "previous_tran_ref", t.previous());
        json.put("merchant_id", settings.merchantId()).put("profile_id", settings.profileId());
        ObjectNode full = body(t);
        full.properties().forEach(field -> {
            if (!json.has(field.getKey())) {
                json.set(field.getKey(), field.getValue());
            }
            if (field.getKey().equals("tran_type")) {
                json.put("tran_class", tranClass(t.order()));
            }
        });
        return json.put("ipn_trace", references.trace("IPNS0002")).put("paymentChannel", "Payment Page");
    }

    /** The fields of the browser return, without the signature. */
    static Map<String, String> returnFields(Transaction t) {
        Result result = t.result();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("acquirerMessage", "");
        fields.put("acquirerRRN", "");
        fields.put("cartId", t.order().cartId());
        fields.put(
                "customerEmail",
                t.order().rest().path("customer_details").path("email").asText(""));
        fields.put("respCode", result == null ? "" : result.code());
        fields.put("respMessage", result == null ? "" : result.message());
        fields.put("respStatus", result == null ? "" : result.status().name());
        fields.put("token", result == null || result.token() == null ? "" : result.token());
        fields.put("tranRef", t.ref());
        return fields;
    }

    private static ObjectNode head(Transaction t) {
        Order order = t.order();
        ObjectNode json = Json.object().put("tran_ref", t.ref());
        putIfThere(json, "previous_tran_ref", t.previous());
        return json.put("tran_type", order.type().title())
                .put("cart_id", order.cartId())
                .put("cart_description", order.description())
                .put("cart_currency", order.currency())
                .put("cart_amount", Amounts.text(order.amount()));
    }

    private static ObjectNode body(Transaction t) {
        Order order = t.order();
        Result result = t.result();
        ObjectNode json = head(t);
        json.put("tran_currency", result == null ? "" : order.currency());
        json.put("tran_total", result == null ? "0" : Amounts.text(result.total()));
        copy(order, json, "customer_details", "shipping_details");
        putIfThere(json, "customer_ref", order.text("customer_ref"));
        if (result != null) {
            json.set("payment_result", paymentResult(result));
            if (result.card() != null) {
                json.set("payment_info", paymentInfo(result.card()));
            }
            if (result.confirmed()) {
                json.set("threeDSDetails", threeDs());
            }
            putIfThere(json, "token", result.token());
        }
        copy(order, json, "user_defined", "invoice_id");
        return json;
    }

    private static ObjectNode paymentResult(Result result) {
        return Json.object()
                .put("response_status", result.status().name())
                .put("response_code", result.code())
                .put("response_message", result.message())
                .put("acquirer_ref", result.acquirerRef())
                .put("cvv_result", " ")
                .put("avs_result", " ")
                .put(
                        "transaction_time",
                        result.at().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    static ObjectNode paymentInfo(Card card) {
        if (card.expiryMonth() == 0) {
            return Json.object().put("payment_method", card.scheme()).put("payment_description", card.masked());
        }
        return Json.object()
                .put("payment_method", card.scheme())
                .put("card_type", card.type())
                .put("card_scheme", card.scheme())
                .put("payment_description", card.masked())
                .put("expiryMonth", card.expiryMonth())
                .put("expiryYear", card.expiryYear());
    }

    private static ObjectNode threeDs() {
        return Json.object()
                .put("responseLevel", 3)
                .put("responseStatus", 4)
                .put("enrolled", "Y")
                .put("paResStatus", "Y")
                .put("eci", "05")
                .put("cavv", "AAABBZEEBgAAAAAAAAQGAAAAAAA=")
                .put("ucaf", "")
                .put("threeDSVersion", "Test/Simulation");
    }

    private ObjectNode tail(ObjectNode json, String trace) {
        return json.put("serviceId", 2)
                .put("paymentChannel", "Payment Page")
                .put("profileId", settings.profileId())
                .put("merchantId", settings.merchantId())
                .put("trace", references.trace(trace));
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
}
