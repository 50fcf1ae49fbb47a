package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway tells of a transaction, which is not always what was asked for: a sale on hold is called an authorisation, a void a
 * release, a captured hold may be gone. The ledger keeps what was really done; only what is told depends on the {@link Switches}.
 */
final class Appearance {
    private final Switches switches;
    private final Ledger ledger;

    Appearance(Switches switches, Ledger ledger) {
        this.switches = switches;
        this.ledger = ledger;
    }

    /** The type in queries and notifications. */
    TranType type(Transaction t) {
        TranType asked = t.order().type();
        return switch (asked) {
            case SALE -> t.has(Status.H) ? TranType.AUTH : asked;
            case VOID -> isToldAsRelease(t) ? TranType.RELEASE : asked;
            case CAPTURE -> switches.assumes(Assumption.CAPTURES_ARE_CALLED_SALE) ? TranType.SALE : asked;
            default -> asked;
        };
    }

    /** The type in the direct reply, where a void is always called so. */
    TranType replyType(Transaction t) {
        return t.order().type() == TranType.VOID ? TranType.VOID : type(t);
    }

    /** {@code original_tran_type}: what was asked for when it became something else; {@code null} when it did not. */
    @Nullable TranType original(Transaction t) {
        TranType asked = t.order().type();
        if (asked == TranType.PAYMENT_REQUEST) {
            return TranType.SALE;
        }
        // a gateway that calls a capture a sale has forgotten that it was one
        return asked == type(t) || asked == TranType.CAPTURE ? null : asked;
    }

    private boolean isToldAsRelease(Transaction t) {
        return switch (switches.voids()) {
            case ALWAYS_VOID -> false;
            case ALWAYS_RELEASE -> true;
            case RELEASE_FOR_A_PART ->
                ledger.find(String.valueOf(t.previous()))
                        .filter(whole -> t.amount().compareTo(whole.amount()) < 0)
                        .isPresent();
        };
    }

    /** The status in queries and notifications. */
    @Nullable Status status(Transaction t) {
        if (t.result() == null) {
            return null;
        }
        if (isCaptured(t) && switches.holds() == HoldAfterCapture.AUTHORISED) {
            return Status.A;
        }
        return switches.assumes(Assumption.VOIDED_AUTH_SHOWS_V) && isVoided(t)
                ? Status.V
                : t.result().status();
    }

    /** Whether all of it was given back before it was settled. */
    boolean isVoided(Transaction t) {
        BigDecimal given = ledger.sum(t.ref(), TranType.VOID).add(ledger.sum(t.ref(), TranType.RELEASE));
        return given.signum() > 0 && given.compareTo(t.amount()) >= 0;
    }

    private boolean isCaptured(Transaction t) {
        return t.has(Status.H)
                && ledger.followers(t.ref()).stream()
                        .anyMatch(f -> f.order().type() == TranType.CAPTURE && f.has(Status.A));
    }

    /** The cart that is told; the ledger's own is the one of the request. */
    String cartId(Transaction t) {
        return switches.assumes(Assumption.FOLLOW_UPS_SHOW_THE_ORIGINALS_CART)
                ? ledger.familyOf(t)
                : t.order().cartId();
    }

    /** Whether queries do not find it at all any more. */
    boolean isGone(Transaction t) {
        return switches.holds() == HoldAfterCapture.GONE && isCaptured(t);
    }

    /** What a query by a cart finds, newest first, as recorded. */
    List<Transaction> listed(String cartId) {
        return Stream.concat(ledger.ofCart(cartId).stream(), ledger.ofFamily(cartId).stream())
                .distinct()
                .filter(t -> isUnder(t, cartId) && !isGone(t))
                .sorted(Comparator.comparingInt((Transaction t) -> ledger.position(t.ref()))
                        .reversed())
                .toList();
    }

    private boolean isUnder(Transaction t, String cartId) {
        if (!t.order().type().isFollowUp()) {
            return t.order().cartId().equals(cartId);
        }
        boolean own = cartId(t).equals(cartId);
        boolean originals = ledger.familyOf(t).equals(cartId);
        return switch (switches.listing()) {
            case OWN_CART -> own;
            case ORIGINAL_CART -> originals;
            case BOTH -> own || originals;
            case NOWHERE -> false;
        };
    }
}
