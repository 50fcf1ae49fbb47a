package io.nestcms.payment;

import java.util.Objects;
import java.util.function.Function;

/**
 * How the creation of a payment ended.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface CreateResult {
    /**
     * The payment is on record. The same key and order give the same answer again.
     *
     * @param payment the payment as it was created
     * @param replayed whether it had been created before, under the same key
     */
    record Created(Payment payment, boolean replayed) implements CreateResult {
        /**
         * Checks that nothing is missing.
         *
         * @param payment the payment as it was created
         * @param replayed whether it had been created before, under the same key
         */
        public Created {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * Nothing was created.
     *
     * @param refusal why
     */
    record Refused(PaymentRefusal refusal) implements CreateResult {
        /**
         * Checks that nothing is missing.
         *
         * @param refusal why
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Handles all cases; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param created the payment is on record
     * @param refused nothing was created
     * @return what the one called handler gave
     */
    default <R> R fold(Function<? super Created, ? extends R> created, Function<? super Refused, ? extends R> refused) {
        if (this instanceof Created it) {
            return created.apply(it);
        }
        return refused.apply((Refused) this);
    }
}
