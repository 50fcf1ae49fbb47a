package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;

/**
 * Capture, void, release and refund, with their sums. What cannot be done for money reasons is a declined transaction of its
 * own, as the gateway has it for refunds; a currency that differs is an error envelope.
 */
final class FollowUps {
    private static final String NOT_REFUNDABLE = "320";
    private static final String ABOVE = "325";
    private static final String WRONG_TYPE = "335";
    private static final String REFUND_ABOVE = "342";

    private final Acquirer acquirer;
    private final Ledger ledger;

    FollowUps(Acquirer acquirer, Ledger ledger) {
        this.acquirer = acquirer;
        this.ledger = ledger;
    }

    /** What a person does in the dashboard: only the profile's own address is told. */
    Transaction fromDashboard(Transaction original, TranType type, BigDecimal amount) {
        if (!type.isFollowUp()) {
            throw new IllegalArgumentException(type.title() + " does not follow a transaction");
        }
        Order first = original.order();
        int digits = first.amount().scale();
        if (amount.signum() <= 0 || amount.stripTrailingZeros().scale() > digits) {
            throw new IllegalArgumentException(
                    "amount " + amount + " is not positive with at most " + digits + " decimals");
        }
        return follow(new Order(
                type,
                first.tranClass(),
                first.cartId(),
                first.description(),
                first.currency(),
                amount.setScale(digits),
                original.ref(),
                Json.object()));
    }

    Transaction follow(Order order) {
        String ref = order.original();
        Transaction original = ledger.find(ref == null ? "" : ref)
                .orElseThrow(() -> RefusedException.invalid("Transaction not found"));
        if (!original.order().currency().equals(order.currency())) {
            throw RefusedException.currency("Currency differs from the original transaction");
        }
        ObjectNode rest = order.rest();
        if (!rest.hasNonNull("customer_details") && original.order().rest().hasNonNull("customer_details")) {
            rest.set("customer_details", original.order().rest().get("customer_details"));
        }
        synchronized (acquirer) {
            return decide(order, acquirer.current(original));
        }
    }

    private Transaction decide(Order order, Transaction original) {
        return switch (order.type()) {
            case CAPTURE -> onHold(order, original, order.amount().compareTo(held(original)) <= 0);
            case RELEASE -> onHold(order, original, order.amount().compareTo(held(original)) <= 0);
            case VOID -> onHold(order, original, order.amount().compareTo(held(original)) == 0);
            case REFUND -> refund(order, original);
            default -> throw RefusedException.invalid("Invalid tran_type");
        };
    }

    private Transaction onHold(Order order, Transaction original, boolean fits) {
        if (original.order().type() != TranType.AUTH || !original.has(Status.A)) {
            return acquirer.follow(order, original, Status.D, WRONG_TYPE);
        }
        return fits
                ? acquirer.follow(order, original, Status.A, "")
                : acquirer.follow(order, original, Status.D, ABOVE);
    }

    private Transaction refund(Order order, Transaction original) {
        if (!original.isCharge()) {
            return acquirer.follow(order, original, Status.D, NOT_REFUNDABLE);
        }
        BigDecimal left = original.amount().subtract(ledger.sum(original.ref(), TranType.REFUND));
        if (order.amount().compareTo(left) > 0) {
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

    /** What is still reserved of an authorisation. */
    private BigDecimal held(Transaction auth) {
        return auth.amount()
                .subtract(ledger.sum(auth.ref(), TranType.CAPTURE))
                .subtract(ledger.sum(auth.ref(), TranType.RELEASE))
                .subtract(ledger.sum(auth.ref(), TranType.VOID));
    }
}
