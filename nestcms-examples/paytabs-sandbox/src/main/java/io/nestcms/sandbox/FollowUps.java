package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;

/**
 * Capture, void, release, refund and the longer hold, with their sums. What cannot be done for money reasons is a declined transaction of its
 * own, as the gateway has it for refunds; a currency that differs is an error envelope.
 */
final class FollowUps {
    private static final String HELD = "120";
    private static final String NOT_REFUNDABLE = "320";
    private static final String ABOVE = "325";
    private static final String WRONG_TYPE = "335";
    private static final String REFUND_ABOVE = "342";

    private final Switches switches;
    private final Acquirer acquirer;
    private final Ledger ledger;

    FollowUps(Switches switches, Acquirer acquirer, Ledger ledger) {
        this.switches = switches;
        this.acquirer = acquirer;
        this.ledger = ledger;
    }

    /**
     * What a person does in the dashboard: the profile's own address is told, and the payment's where that is assumed.
     *
     * @param cartId the cart id that the follow-up gets
     */
    Transaction fromDashboard(Transaction original, TranType type, BigDecimal amount, String cartId) {
        if (!type.isFollowUp()) {
            throw new IllegalArgumentException(type.title() + " does not follow a transaction");
        }
        Order first = original.order();
        int digits = first.amount().scale();
        if (amount.signum() <= 0 || amount.stripTrailingZeros().scale() > digits) {
            throw new IllegalArgumentException(
                    "amount " + amount + " is not positive with at most " + digits + " decimals");
        }
        ObjectNode rest = Json.object();
        String callback = first.text("callback");
        if (callback != null && switches.assumes(Assumption.CALLBACKS_TELL_OF_THE_DASHBOARD)) {
            rest.put("callback", callback);
        }
        return follow(new Order(
                type,
                first.tranClass(),
                cartId,
                first.description(),
                first.currency(),
                amount.setScale(digits),
                original.ref(),
                rest,
                Origin.DASHBOARD));
    }

    Transaction follow(Order order) {
        String ref = order.original();
        Transaction original = ledger.find(ref == null ? "" : ref)
                .orElseThrow(() -> RefusedException.invalid("Transaction not found"));
        if (!original.order().currency().equals(order.currency())) {
            throw RefusedException.currency("Currency differs from the original transaction");
        }
        ObjectNode rest = order.rest();
        if (!rest.hasNonNull("customer_details")
                && original.order().rest().get("customer_details") instanceof ObjectNode customer) {
            // the payer is not there, so the gateway has no address of his
            rest.set("customer_details", customer.deepCopy().without("ip"));
        }
        synchronized (acquirer) {
            return decide(order, acquirer.current(original));
        }
    }

    private Transaction decide(Order order, Transaction original) {
        if (isUnderReview(original) && !order.isFrom(Origin.DASHBOARD)) {
            return acquirer.follow(order, original, Status.E, HELD);
        }
        if (order.type() == TranType.REFUND) {
            return refund(order, original);
        }
        if (original.has(Status.H) || (original.order().type() == TranType.AUTH && original.has(Status.A))) {
            return within(held(original), order, original);
        }
        return order.type() == TranType.VOID && original.isCharge() && mayVoidCharges(order)
                ? within(left(original), order, original)
                : acquirer.follow(order, original, Status.D, WRONG_TYPE);
    }

    private boolean mayVoidCharges(Order order) {
        return order.isFrom(Origin.DASHBOARD) || switches.assumes(Assumption.SALES_CAN_BE_VOIDED);
    }

    /** On hold, and nobody in the dashboard has decided yet. */
    private boolean isUnderReview(Transaction original) {
        return original.has(Status.H)
                && ledger.followers(original.ref()).stream()
                        .noneMatch(t -> t.has(Status.A) && t.order().type() != TranType.AUTHEXT);
    }

    private Transaction within(BigDecimal most, Order order, Transaction original) {
        return order.amount().compareTo(most) <= 0
                ? acquirer.follow(order, original, Status.A, "")
                : acquirer.follow(order, original, Status.D, ABOVE);
    }

    private Transaction refund(Order order, Transaction original) {
        if (!original.isCharge()) {
            return acquirer.follow(order, original, Status.D, NOT_REFUNDABLE);
        }
        if (order.amount().compareTo(left(original)) > 0) {
            return acquirer.follow(order, original, Status.D, REFUND_ABOVE);
        }
        Result paid = original.result();
        String card = paid == null || paid.card() == null ? "" : paid.card().code();
        return switch (card) {
            case TestCards.REFUND_PENDING -> acquirer.follow(order, original, Status.P, "600");
            case TestCards.REFUND_DECLINED -> acquirer.follow(order, original, Status.D, NOT_REFUNDABLE);
            default -> acquirer.follow(order, original, Status.A, "");
        };
    }

    /** What is still charged of a sale or a capture. */
    private BigDecimal left(Transaction charge) {
        return charge.amount()
                .subtract(ledger.sum(charge.ref(), TranType.REFUND))
                .subtract(ledger.sum(charge.ref(), TranType.VOID));
    }

    /** What is still reserved of an authorisation. */
    private BigDecimal held(Transaction auth) {
        return auth.amount()
                .subtract(ledger.sum(auth.ref(), TranType.CAPTURE))
                .subtract(ledger.sum(auth.ref(), TranType.RELEASE))
                .subtract(ledger.sum(auth.ref(), TranType.VOID));
    }
}
