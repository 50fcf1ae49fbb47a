package io.nestcms.payment;

import java.util.Objects;
import java.util.function.Function;

/**
 * What became of a person's decision.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ResolveResult {
    /**
     * The decision is on record and was acted on; what is to be given back was asked for and may still be under way.
     *
     * @param payment the payment, as it is on record
     */
    record Resolved(Payment payment) implements ResolveResult {
        /**
         * Checks that it is there.
         *
         * @param payment the payment
         */
        public Resolved {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * Nothing was done.
     *
     * @param refusal why
     */
    record Refused(PaymentRefusal refusal) implements ResolveResult {
        /**
         * Checks that it is there.
         *
         * @param refusal why
         */
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /**
     * Handles both cases.
     *
     * @param <R> what the handlers give
     * @param resolved the decision is on record
     * @param refused nothing was done
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Resolved, ? extends R> resolved, Function<? super Refused, ? extends R> refused) {
        return this instanceof Resolved it ? resolved.apply(it) : refused.apply((Refused) this);
    }
}
