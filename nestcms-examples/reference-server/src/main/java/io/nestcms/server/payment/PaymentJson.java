package io.nestcms.server.payment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Mismatch;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import org.jspecify.annotations.Nullable;

/** Payments as the API shows them. Amounts are strings with exactly the currency's decimals. */
final class PaymentJson {
    private PaymentJson() {}

    /** What a list or a live message tells. */
    static ObjectNode summary(Payment payment) {
        PaymentOrder order = payment.order();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", payment.id().value());
        json.put("cartId", MerchantCart.name(payment));
        json.put("amount", order.amount().amountText());
        json.put("currency", order.amount().currencyCode());
        json.put("description", order.description());
        json.put("status", payment.status().name());
        json.put("mode", order.mode() == ChargeMode.SALE ? "sale" : "auth");
        put(json, "tranRef", payment.ref());
        json.put("held", payment.ledger().held().amountText());
        json.put("refundable", payment.ledger().left(TransactionKind.REFUND).amountText());
        json.put("retryable", payment.ledger().mayRetry());
        json.put("createdAt", payment.revision().createdAt().toString());
        json.put("updatedAt", payment.revision().updatedAt().toString());
        json.put("version", payment.revision().version());
        return json;
    }

    /** All of it. */
    static ObjectNode full(Payment payment) {
        ObjectNode json = summary(payment);
        PaymentOrder order = payment.order();
        if (order.contractId() != null) {
            json.put("contractId", order.contractId());
        }
        json.set("customer", customer(order.customer()));
        ArrayNode moves = json.putArray("transactions");
        for (MoneyMove move : payment.moves()) {
            moves.addObject()
                    .put("tranRef", move.ref().value())
                    .put("kind", move.kind().name())
                    .put("amount", move.amount().amountText())
                    .put("currency", move.amount().currencyCode())
                    .put("recordedAt", move.recordedAt().toString());
        }
        ArrayNode followUps = json.putArray("followUps");
        payment.followUps().forEach(followUp -> followUps.add(followUp(followUp)));
        sums(json, payment.ledger());
        ArrayNode attempts = json.putArray("attempts");
        payment.attempts().forEach(attempt -> attempts.add(attempt(attempt)));
        ArrayNode shown = json.putArray("ledger");
        payment.entries().forEach(entry -> shown.add(entry(entry)));
        ArrayNode mismatches = json.putArray("mismatches");
        for (Mismatch mismatch : payment.ledger().mismatches()) {
            mismatches
                    .addObject()
                    .put("tranRef", mismatch.entry().ref().value())
                    .put("difference", mismatch.difference().name());
        }
        ArrayNode history = json.putArray("history");
        for (HistoryEntry entry : payment.history()) {
            ObjectNode line = history.addObject()
                    .put("at", entry.at().toString())
                    .put("status", entry.status().name())
                    .put("why", entry.why());
            put(line, "tranRef", entry.tranRef());
        }
        return json;
    }

    private static void sums(ObjectNode json, Ledger ledger) {
        json.put("taken", ledger.taken().amountText());
        json.put("refunded", ledger.refunded().amountText());
    }

    private static ObjectNode attempt(Attempt attempt) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("number", attempt.number());
        json.put("state", attempt.state().name());
        put(json, "tranRef", attempt.ref());
        put(json, "reason", attempt.reason());
        json.put("startedAt", attempt.startedAt().toString());
        return json;
    }

    private static ObjectNode entry(LedgerEntry entry) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tranRef", entry.ref().value());
        put(json, "of", entry.parent());
        json.put("kind", entry.kind().name());
        json.put("state", entry.state().name());
        Money moved = entry.moved();
        if (moved != null) {
            json.put("amount", moved.amountText());
            json.put("currency", moved.currencyCode());
        }
        put(json, "code", entry.code());
        put(json, "message", entry.message());
        json.put("seenAt", entry.seenAt().toString());
        return json;
    }

    /** A capture, a void or a refund. */
    static ObjectNode followUp(FollowUp followUp) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", followUp.kind().name());
        json.put("amount", followUp.amount().amountText());
        json.put("currency", followUp.amount().currencyCode());
        json.put("state", followUp.state().name());
        put(json, "tranRef", followUp.ref());
        put(json, "reason", followUp.reason());
        if (followUp.undecided()) {
            json.put("undecided", true);
        }
        json.put("startedAt", followUp.startedAt().toString());
        return json;
    }

    /** A page of them. */
    static ObjectNode page(PaymentPage page) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        page.items().forEach(payment -> items.add(summary(payment)));
        PaymentCursor next = page.next();
        if (next != null) {
            json.put("nextCursor", next.token());
        }
        return json;
    }

    private static ObjectNode customer(Customer customer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", customer.name());
        json.put("email", customer.email());
        put(json, "phone", customer.phone());
        put(json, "street", customer.street());
        put(json, "city", customer.city());
        put(json, "country", customer.country());
        return json;
    }

    private static void put(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void put(ObjectNode json, String name, @Nullable TransactionRef ref) {
        if (ref != null) {
            json.put(name, ref.value());
        }
    }
}
