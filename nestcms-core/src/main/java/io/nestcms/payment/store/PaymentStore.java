package io.nestcms.payment.store;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where payments are kept: a port. State and the events that tell of it go into one atomic write, and the version check
 * of {@link #replace} is what makes every duplicate harmless.
 *
 * <p>Implementations are safe for use by many threads and many nodes, read their own writes, and pass
 * {@code PaymentStoreContract} and {@code OutboxContract}. A broken store throws an unchecked exception and has then
 * either written all of a call or nothing of it. A record that cannot be read harms no other.
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
     * Replaces a payment if the record is still of the version before. Ends a {@linkplain #claimDue claim} on it.
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
     * A payment by any of its carts: its order's, an attempt's or a follow-up's.
     *
     * @param cartId the cart
     * @return the latest record, or empty when there is none
     */
    Optional<Payment> findByCart(CartId cartId);

    /**
     * A payment by a transaction of the gateway: the reference of an attempt, a follow-up or a ledger entry.
     *
     * @param ref the gateway's name
     * @return the latest record, or empty when there is none
     */
    Optional<Payment> findByReference(TransactionRef ref);

    /**
     * A page of payments. Those that cannot be read are left out. What it costs does not depend on how many come before it.
     *
     * @param query which
     * @return the page, newest first
     */
    PaymentPage list(PaymentQuery query);

    /**
     * How many payments there are.
     *
     * @param query of which scope and status; its place and limit do not matter
     * @param most where counting ends; from 1
     * @return how many, at most that
     */
    long count(PaymentQuery query, int most);

    /**
     * Takes payments that the reconciler should look at, so that nobody else does meanwhile: those of the lane whose
     * {@link Watch#checkAt()} has come, longest overdue first, without those that are claimed. A claim ends with its lease, with
     * the next {@link #replace} of the payment, or with {@link #putOff}.
     *
     * @param slow which lane: true for payments with {@link Watch#slow()}
     * @param now the present
     * @param lease for how long
     * @param limit at most how many, at least 1
     * @return what was taken; a record that cannot be read is given as such, and is then left alone for a day
     */
    List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit);

    /**
     * Lets a claimed payment rest until a moment without another write: its check was not answered, and it keeps its place among
     * those that are due. Without effect when there is no such payment. Repeatable.
     *
     * @param id the payment
     * @param until when it may be claimed again
     */
    void putOff(PaymentId id, Instant until);

    /**
     * How many payments wait for the reconciler.
     *
     * @param now the present
     * @param limit count no further than this, at least 1
     * @return how many of both lanes are due, claimed or not, and since when
     */
    DueBacklog backlog(Instant now, int limit);

    /**
     * The records that could not be read when they were due.
     *
     * @param limit at most how many
     * @return id and cause of each; those of which a later reading succeeded are not in it
     */
    List<UnreadableRecord> unreadable(int limit);

    /**
     * The payments that wait for a person: with a mismatch, or with a call that nobody can prove.
     *
     * @param limit at most how many
     * @return longest waiting first
     */
    List<Payment> undecided(int limit);

    /**
     * The events of these payments.
     *
     * @return the outbox over the same records
     */
    Outbox outbox();

    /**
     * What was learned about how gateways answer.
     *
     * @return kept beside the payments, for all nodes
     */
    GatewayEvidence evidence();
}
