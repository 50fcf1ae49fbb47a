package io.nestcms.payment.gateway;

import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A payment gateway as the core sees it: a port. An implementation guards each call with a circuit breaker and a
 * deadline, sends again only what provably never left, and never throws for anything that a gateway or a network does:
 * every end of a call is one of the four {@linkplain GatewayOutcome outcomes}. When it is unsure, the outcome is
 * {@link GatewayOutcome.Indeterminate}; what is our own fault, such as a wrong key, is
 * {@link GatewayOutcome.NotSent.Cause#MISCONFIGURED}.
 *
 * <p>Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
public interface PaymentGateway {
    /**
     * The gateway's name, as breakers, metrics and events show it.
     *
     * @return for example {@code paytabs}
     */
    String name();

    /**
     * Whose account it is at the gateway: what was learned about how the gateway answers is remembered under it.
     *
     * @return a name without a secret, at most 128 characters; the gateway's name by default
     */
    default String profile() {
        return name();
    }

    /**
     * Whether a call would be let through now. Asks the circuit breaker, not the network. A hint: the answer may be
     * out of date when the call is made.
     *
     * @return empty when calls are let through, else how long to wait
     */
    Optional<Duration> unavailableFor();

    /**
     * Whether a query would be let through now; they may be guarded apart from payments.
     *
     * @return empty when queries are let through, else how long to wait; as for payments by default
     */
    default Optional<Duration> queriesUnavailableFor() {
        return unavailableFor();
    }

    /**
     * How much may be taken for the order: what the gateway's settings allow to differ, discounts and donations.
     *
     * @param order the order
     * @return exactly the order's amount by default
     */
    default Allowance allowance(PaymentOrder order) {
        return Allowance.exactly(order.amount());
    }

    /**
     * Asks the gateway to take a payment. <strong>Not repeatable</strong> unless the outcome is
     * {@link GatewayOutcome.NotSent}: the gateway has no idempotency key.
     *
     * @param charge what is to be taken; its cart id is the name by which it can be found afterwards
     * @return the outcome
     */
    GatewayOutcome<Initiation> initiate(GatewayCharge charge);

    /**
     * Asks the gateway for a capture, a void or a refund. <strong>Not repeatable</strong> unless the outcome is
     * {@link GatewayOutcome.NotSent}.
     *
     * @param followUp what is asked for; its cart id is the name by which it can be found afterwards
     * @return the outcome; an accepted transaction may be approved, pending or declined
     */
    GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp);

    /**
     * All transactions that the gateway shows for a cart. Repeatable.
     *
     * @param cartId the cart: an order's, an attempt's or a follow-up's
     * @return the outcome; an accepted empty list means that the gateway shows none (yet)
     */
    GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId);

    /**
     * One transaction. Repeatable.
     *
     * @param ref the gateway's name for it
     * @return the outcome
     */
    GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref);

    /**
     * What the gateway tells of a card that it has saved. Repeatable.
     *
     * @param token its name for it
     * @return the outcome; rejected with the code {@code unsupported} by a gateway that saves none
     */
    default GatewayOutcome<CardOnFile> findCard(CardToken token) {
        return new GatewayOutcome.Rejected<>(new Rejection("unsupported", "this gateway saves no cards", null));
    }

    /**
     * Has the gateway forget a card that it has saved; past payments stay. Repeatable.
     *
     * @param token its name for it
     * @return the outcome; rejected when it knows no such card
     */
    default GatewayOutcome<CardToken> forgetCard(CardToken token) {
        return new GatewayOutcome.Rejected<>(new Rejection("unsupported", "this gateway saves no cards", null));
    }
}
