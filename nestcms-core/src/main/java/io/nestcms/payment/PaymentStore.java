package io.nestcms.payment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where payments are kept: a port. State and the events that tell of it go into one atomic write, and the version check
 * of {@link #replace} is what makes every duplicate harmless.
 *
 * <p>Implementations are safe for use by many threads and many nodes, read their own writes, and pass
 * {@code PaymentStoreContract} and {@code OutboxContract}. A broken store throws an unchecked exception and has then
 * either written all of a call or nothing of it.
 *
 * @since 0.1
 */
public interface PaymentStore {
    /**
     * Puts a new payment on record, unless its id, its idempotency key or its cart is taken.
     *
     * @param payment the payment, of version 1
     * @param events the events that tell of it
     * @return how it ended; nothing is written unless it is {@link Insertion.Inserted}
     */
    Insertion insert(Payment payment, List<OutboxEntry> events);

    /**
     * Replaces a payment if the record is still of the version before.
     *
     * @param payment the payment, one version on
     * @param events the events that tell of the change; appended to those that wait
     * @return whether it was replaced; false, with nothing written, when somebody else was faster
     */
    boolean replace(Payment payment, List<OutboxEntry> events);

    /**
     * A payment by its id.
     *
     * @param id its id
     * @return the latest record, or empty when there is none
     */
    Optional<Payment> find(PaymentId id);

    /**
     * A payment by its cart.
     *
     * @param cartId its cart
     * @return the latest record, or empty when there is none
     */
    Optional<Payment> findByCart(CartId cartId);

    /**
     * A page of payments.
     *
     * @param query which
     * @return the page, newest first
     */
    PaymentPage list(PaymentQuery query);

    /**
     * The payments that the reconciler should look at.
     *
     * @param now the present
     * @param limit at most how many
     * @return those whose {@link Watch#checkAt()} has come, longest overdue first
     */
    List<Payment> due(Instant now, int limit);

    /**
     * The events of these payments.
     *
     * @return the outbox over the same records
     */
    Outbox outbox();
}
