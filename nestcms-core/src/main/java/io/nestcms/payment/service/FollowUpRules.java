package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may be asked for after a payment, and of which transactions. Sums decide, never the name of a status. */
final class FollowUpRules {
    /** Captures, voids and refunds of one payment, with all their parts. */
    static final int MOST = 64;

    private FollowUpRules() {}

    /** Why it is not possible now, or null when it is. */
    static @Nullable PaymentRefusal refusal(Draft draft, TransactionKind kind, Money amount) {
        if (draft.followUps().stream().anyMatch(FollowUpRules::isUnderWay)) {
            return PaymentRefusal.IN_PROGRESS;
        }
        Ledger ledger = draft.ledger();
        if (!isAllowed(ledger, kind)) {
            return PaymentRefusal.NOT_ALLOWED;
        }
        if (!amount.currency().equals(draft.order().amount().currency())) {
            return PaymentRefusal.CURRENCY_MISMATCH;
        }
        return amount.isPositive() && amount.compareTo(ledger.left(kind)) <= 0 ? null : PaymentRefusal.TOO_MUCH;
    }

    /** One at a time; one that waits for a person has its amount set aside and holds up no other. */
    private static boolean isUnderWay(FollowUp followUp) {
        return followUp.state() == FollowUpState.SENDING
                || (followUp.state() == FollowUpState.UNKNOWN && !followUp.undecided());
    }

    private static boolean isAllowed(Ledger ledger, TransactionKind kind) {
        return switch (kind) {
            case REFUND -> ledger.taken().compareTo(ledger.refunded()) > 0;
            case CAPTURE -> ledger.held().isPositive();
            // what captures left of a hold is let go by the gateway, not by a void
            case VOID -> ledger.held().isPositive() && !ledger.taken().isPositive();
            default -> false;
        };
    }

    /**
     * The transactions that it is of, and how much of each: one that has enough left where there is one, else as many as it takes,
     * oldest first. A capture is of one hold. Empty when they do not have enough.
     */
    static Map<TransactionRef, Money> parts(Draft draft, TransactionKind kind, Money amount) {
        Map<TransactionRef, Money> left = draft.ledger().leftByTransaction(kind);
        left.values().removeIf(it -> !it.currency().equals(amount.currency()));
        Map<TransactionRef, Money> parts = new LinkedHashMap<>();
        for (Map.Entry<TransactionRef, Money> source : left.entrySet()) {
            if (source.getValue().compareTo(amount) >= 0) {
                parts.put(source.getKey(), amount);
                return parts;
            }
        }
        if (kind == TransactionKind.CAPTURE) {
            return parts;
        }
        Money open = amount;
        for (Map.Entry<TransactionRef, Money> source : left.entrySet()) {
            if (!open.isPositive()) {
                break;
            }
            Money part = source.getValue().compareTo(open) < 0 ? source.getValue() : open;
            parts.put(source.getKey(), part);
            open = open.minus(part);
        }
        if (open.isPositive()) {
            parts.clear();
        }
        return parts;
    }

    /** What a key asked for in all its parts. */
    static Money total(List<FollowUp> parts) {
        Money total = Money.zero(parts.get(0).amount().currency());
        for (FollowUp part : parts) {
            total = total.plus(part.amount());
        }
        return total;
    }
}
