package io.nestcms.payment;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A payment gateway as the core sees it: a port. An implementation guards each call with a circuit breaker and a
 * deadline, sends again only what provably never left, and never throws for anything that a gateway or a network does:
 * every end of a call is one of the four {@linkplain GatewayOutcome outcomes}. When it is unsure, the outcome is
 * {@link GatewayOutcome.Indeterminate}.
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
     * Whether a call would be let through now. Asks the circuit breaker, not the network. A hint: the answer may be
     * out of date when the call is made.
     *
     * @return empty when calls are let through, else how long to wait
     */
    Optional<Duration> unavailableFor();

    /**
     * Asks the gateway to take a payment. <strong>Not repeatable</strong> unless the outcome is
     * {@link GatewayOutcome.NotSent}: the gateway has no idempotency key.
     *
     * @param payment the payment; its cart id is the name by which it can be found afterwards
     * @return the outcome
     */
    GatewayOutcome<Initiation> initiate(Payment payment);

    /**
     * Asks the gateway for a capture, a void or a refund. <strong>Not repeatable</strong> unless the outcome is
     * {@link GatewayOutcome.NotSent}.
     *
     * @param payment the payment
     * @param followUp what is asked for
     * @return the outcome; an accepted transaction may be approved, pending or declined
     */
    GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp);

    /**
     * All transactions of a cart: tries, captures, refunds. Repeatable.
     *
     * @param cartId the cart
     * @return the outcome; an accepted empty list means that the gateway knows none (yet)
     */
    GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId);

    /**
     * One transaction. Repeatable.
     *
     * @param ref the gateway's name for it
     * @return the outcome
     */
    GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref);
}
