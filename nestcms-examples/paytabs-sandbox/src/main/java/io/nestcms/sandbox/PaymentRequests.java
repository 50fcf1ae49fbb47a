package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code payment/request} leads to: a page, a charge at once, or a follow-up. */
final class PaymentRequests {
    private final Settings settings;
    private final RequestCheck check;
    private final Admission admission;
    private final Acquirer acquirer;
    private final FollowUps followUps;
    private final PaymentTokens tokens;
    private final Invoicing invoicing;
    private final Ledger ledger;

    PaymentRequests(
            Settings settings,
            Acquirer acquirer,
            FollowUps followUps,
            Invoicing invoicing,
            PaymentTokens tokens,
            Ledger ledger) {
        this.tokens = tokens;
        this.invoicing = invoicing;
        this.settings = settings;
        this.check = new RequestCheck(settings);
        this.admission = new Admission(settings, ledger);
        this.acquirer = acquirer;
        this.followUps = followUps;
        this.ledger = ledger;
    }

    Transaction request(ObjectNode body) {
        admission.checkRate();
        Order order = check.order(body);
        if (order.type().isFollowUp()) {
            admission.checkDuplicate(order);
            return followUps.follow(order);
        }
        @Nullable Card typed = typedCard(body.path("card_details"), order.tranClass().equals("moto"));
        @Nullable Transaction stored = stored(order);
        if (typed == null) {
            typed = handedOver(body);
        }
        checkClass(order, typed, stored);
        if (typed != null && stored == null && !body.path("customer_details").isObject()) {
            throw RefusedException.invalid("customer_details is required with a card");
        }
        String pan = body.path("card_details").path("pan").asText("");
        if (!pan.isEmpty()) {
            Tariff.checkFilter(order, pan);
        }
        BigDecimal total = Tariff.discounted(order, order.amount(), pan);
        admission.checkDuplicate(order);
        if (stored != null && stored.result() != null && stored.result().card() != null) {
            return acquirer.charge(
                    order,
                    order.amount(),
                    stored.result().card().unchallenged(),
                    stored.result().token(),
                    stored.ref());
        }
        if (typed == null) {
            return body.path("invoice") instanceof ObjectNode
                    ? invoicing.page(invoicing.create(body))
                    : acquirer.open(order);
        }
        return order.tranClass().equals("moto")
                ? acquirer.charge(order, total, typed.unchallenged(), null, null)
                : acquirer.pay(acquirer.open(order), typed, total);
    }

    /** A SADAD bill, made without a page. */
    Transaction sadadBill(ObjectNode body) {
        admission.checkRate();
        ObjectNode full = body.deepCopy();
        full.put("tran_type", body.path("tran_type").asText("sale"));
        full.put("tran_class", body.path("tran_class").asText("ecom"));
        Order order = check.order(full).by(Origin.SADAD);
        if (order.type() != TranType.SALE) {
            throw RefusedException.invalid("Invalid tran_type");
        }
        if (!order.currency().equals("SAR")) {
            throw RefusedException.currency("Currency not available");
        }
        admission.checkDuplicate(order);
        return acquirer.promise(acquirer.open(invoicing.billed(order)), AsyncMethod.SADAD);
    }

    /** A card that the merchant never sees: a managed form's token, or a wallet's. */
    private @Nullable Card handedOver(ObjectNode body) {
        String token = body.path("payment_token").asText("");
        if (!token.isEmpty()) {
            return tokens.take(token);
        }
        return Optional.ofNullable(wallet(body, "apple_pay_token", "ApplePay"))
                .orElseGet(() -> wallet(body, "samsung_pay_token", "SamsungPay"));
    }

    private @Nullable Card wallet(ObjectNode body, String field, String name) {
        return body.path(field).isObject()
                ? tokens.wallet(field, body.path(field)).named(name)
                : null;
    }

    private static void checkClass(Order order, @Nullable Card typed, @Nullable Transaction stored) {
        if (order.tranClass().equals("moto") && typed == null) {
            throw RefusedException.invalid("card_details is required for moto");
        }
        if (!order.tranClass().equals("recurring")) {
            return;
        }
        if (order.type() == TranType.REGISTER) {
            throw RefusedException.invalid("Invalid tran_type for recurring");
        }
        if (order.rest().has("shipping_details") || order.rest().has("card_filter")) {
            throw RefusedException.invalid("shipping_details and card_filter are not allowed for recurring");
        }
        if (stored == null) {
            throw RefusedException.invalid("token is required for recurring");
        }
    }

    /** The transaction that made the token, or {@code null} when the request names none. */
    private @Nullable Transaction stored(Order order) {
        String token = order.text("token");
        if (token == null) {
            token = order.rest().path("token_info").path("token").asText("");
        }
        if (token.isEmpty()) {
            return null;
        }
        Transaction saved = ledger.savedWith(token);
        Card card = saved.result() == null ? null : saved.result().card();
        if (card != null && !card.isElsewhere() && isOver(card)) {
            throw RefusedException.invalid("Invalid token: its card has expired");
        }
        return saved;
    }

    private boolean isOver(Card card) {
        return YearMonth.of(card.expiryYear(), card.expiryMonth()).isBefore(thisMonth());
    }

    private YearMonth thisMonth() {
        return YearMonth.now(settings.clock().withZone(ZoneOffset.UTC));
    }

    /** Own form: the merchant sends the card. By mail or phone there is no CVV. */
    private @Nullable Card typedCard(JsonNode details, boolean moto) {
        if (details.isMissingNode() || details.isNull()) {
            return null;
        }
        if (!moto) {
            TestCards.checkCvv(details.path("cvv").asText());
        }
        return TestCards.read(
                details.path("pan").asText(),
                details.path("expiry_month").asInt(),
                details.path("expiry_year").asInt(),
                thisMonth());
    }
}
