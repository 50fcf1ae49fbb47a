package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a payment. Recorded in the same write as the change that it tells of, and delivered at least
 * once, in order per payment. Holds no card data and no personal data.
 *
 * <p>All are immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface PaymentEvent {
    /**
     * The payment.
     *
     * @return our name for it
     */
    PaymentId paymentId();

    /**
     * When it was recorded.
     *
     * @return by the clock of the node that recorded it
     */
    Instant at();

    /**
     * A payment was created.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param cartId the cart that is paid
     * @param amount how much
     */
    record PaymentCreated(PaymentId paymentId, Instant at, CartId cartId, Money amount) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param cartId the cart that is paid
         * @param amount how much
         */
        public PaymentCreated {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(cartId, "cartId");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * The gateway has a page for the payer.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     */
    record PaymentInitiated(PaymentId paymentId, Instant at, TransactionRef tranRef) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         */
        public PaymentInitiated {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
        }
    }

    /**
     * The payer has paid and the result is still to come.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     */
    record PaymentProcessing(PaymentId paymentId, Instant at, TransactionRef tranRef) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         */
        public PaymentProcessing {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
        }
    }

    /**
     * The money is held.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     * @param amount how much is held
     */
    record PaymentAuthorized(PaymentId paymentId, Instant at, TransactionRef tranRef, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         * @param amount how much is held
         */
        public PaymentAuthorized {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * The money was taken.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param cartId the cart that was paid
     * @param tranRef the gateway's transaction
     * @param amount how much was taken
     */
    record PaymentSucceeded(PaymentId paymentId, Instant at, CartId cartId, TransactionRef tranRef, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param cartId the cart that was paid
         * @param tranRef the gateway's transaction
         * @param amount how much was taken
         */
        public PaymentSucceeded {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(cartId, "cartId");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * The gateway or the issuer said no.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction, or {@code null} when there is none
     * @param code the gateway's code, or {@code null}
     * @param reason for the merchant, not for the payer
     */
    record PaymentFailed(
            PaymentId paymentId,
            Instant at,
            @Nullable TransactionRef tranRef,
            @Nullable String code,
            String reason) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction, or {@code null} when there is none
         * @param code the gateway's code, or {@code null}
         * @param reason for the merchant, not for the payer
         */
        public PaymentFailed {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * The payer never finished.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction, or {@code null} when there is none
     */
    record PaymentTimedOut(
            PaymentId paymentId, Instant at, @Nullable TransactionRef tranRef) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction, or {@code null} when there is none
         */
        public PaymentTimedOut {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * The payer gave up.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     */
    record PaymentCancelled(PaymentId paymentId, Instant at, TransactionRef tranRef) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         */
        public PaymentCancelled {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
        }
    }

    /**
     * Something was sent and no answer came back. The reconciler asks the gateway; nothing is sent again.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     */
    record PaymentOutcomeUnknown(PaymentId paymentId, Instant at) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         */
        public PaymentOutcomeUnknown {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * Held money was taken.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     * @param amount how much
     */
    record PaymentCaptured(PaymentId paymentId, Instant at, TransactionRef tranRef, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         * @param amount how much
         */
        public PaymentCaptured {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * The money was released before it was taken.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     */
    record PaymentVoided(PaymentId paymentId, Instant at, TransactionRef tranRef) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         */
        public PaymentVoided {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
        }
    }

    /**
     * Held money was released, and the status stays what it is: a part of a hold, or what a capture had left of it.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     * @param amount how much
     */
    record PaymentReleased(PaymentId paymentId, Instant at, TransactionRef tranRef, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         * @param amount how much
         */
        public PaymentReleased {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * Money was given back.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the gateway's transaction
     * @param amount how much this time
     * @param total how much altogether
     */
    record PaymentRefunded(PaymentId paymentId, Instant at, TransactionRef tranRef, Money amount, Money total)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the gateway's transaction
         * @param amount how much this time
         * @param total how much altogether
         */
        public PaymentRefunded {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
            Objects.requireNonNull(total, "total");
        }
    }

    /**
     * The gateway reports a second success for a payment that already has one: somebody paid twice and is owed money.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the second transaction
     * @param amount how much it took
     */
    record PaymentChargedAgain(PaymentId paymentId, Instant at, TransactionRef tranRef, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the second transaction
         * @param amount how much it took
         */
        public PaymentChargedAgain {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * The gateway reports a transaction that differs from what was asked for. Nothing is settled on it until a person decides.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param tranRef the transaction
     * @param difference what differs, in a few words
     */
    record PaymentMismatch(PaymentId paymentId, Instant at, TransactionRef tranRef, String difference)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param tranRef the transaction
         * @param difference what differs, in a few words
         */
        public PaymentMismatch {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(tranRef, "tranRef");
            Objects.requireNonNull(difference, "difference");
        }
    }

    /**
     * A further attempt of the same order was put on record, after the one before came to nothing.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param attempt its number, from 2
     * @param cartId its cart at the gateway
     */
    record PaymentRetried(PaymentId paymentId, Instant at, int attempt, CartId cartId) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param attempt its number, from 2
         * @param cartId its cart at the gateway
         */
        public PaymentRetried {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(cartId, "cartId");
        }
    }

    /**
     * The gateway refused a capture, void or refund; nothing moved.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param followUp its cart at the gateway
     * @param kind what was asked for
     * @param amount how much
     * @param reason for the merchant, not for the payer
     */
    record FollowUpRefused(
            PaymentId paymentId, Instant at, CartId followUp, TransactionKind kind, Money amount, String reason)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param followUp its cart at the gateway
         * @param kind what was asked for
         * @param amount how much
         * @param reason for the merchant, not for the payer
         */
        public FollowUpRefused {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(followUp, "followUp");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(amount, "amount");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Nothing the gateway says proves whether a capture, void or refund was done: a person must decide, with
     * {@code Payments.resolve}. It is not sent again before.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param followUp its cart at the gateway
     * @param kind what was asked for
     * @param amount how much
     */
    record FollowUpUndecided(PaymentId paymentId, Instant at, CartId followUp, TransactionKind kind, Money amount)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param followUp its cart at the gateway
         * @param kind what was asked for
         * @param amount how much
         */
        public FollowUpUndecided {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(followUp, "followUp");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * A person decided about something that nobody could prove.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param resolution what was decided
     * @param by who decided
     */
    record PaymentResolved(PaymentId paymentId, Instant at, Resolution resolution, String by) implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param resolution what was decided
         * @param by who decided
         */
        public PaymentResolved {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(resolution, "resolution");
            Objects.requireNonNull(by, "by");
        }
    }

    /**
     * A payment, or a capture, void or refund of it, has been open for longer than its kind takes. It is asked about once a day from
     * now on.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param status where the payment stands
     * @param since since when it stands there, or when the capture, void or refund was asked for
     */
    record PaymentOverdue(PaymentId paymentId, Instant at, PaymentStatus status, Instant since)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param status where it stands
         * @param since since when it stands there
         */
        public PaymentOverdue {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(since, "since");
        }
    }

    /**
     * The status changed. Recorded together with the event that says why.
     *
     * @param paymentId the payment
     * @param at when it was recorded
     * @param from the status before
     * @param to the status now
     */
    record PaymentStatusChanged(PaymentId paymentId, Instant at, PaymentStatus from, PaymentStatus to)
            implements PaymentEvent {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param paymentId the payment
         * @param at when it was recorded
         * @param from the status before
         * @param to the status now
         */
        public PaymentStatusChanged {
            Objects.requireNonNull(paymentId, "paymentId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
        }
    }
}
