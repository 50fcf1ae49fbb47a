package io.nestcms.payment;

import java.util.Objects;

/**
 * What a person can decide about a payment: about a transaction that differs from the order, or about a call whose outcome the
 * gateway does not prove.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Resolution {
    /**
     * A transaction that differs from the order counts as its payment, with the amount that was taken.
     *
     * @param ref the transaction
     */
    record AcceptAsPaid(TransactionRef ref) implements Resolution {
        /**
         * Checks that it is there.
         *
         * @param ref the transaction
         */
        public AcceptAsPaid {
            Objects.requireNonNull(ref, "ref");
        }
    }

    /**
     * The money of a transaction that differs from the order is given back; it does not pay the order.
     *
     * @param ref the transaction
     */
    record GiveBack(TransactionRef ref) implements Resolution {
        /**
         * Checks that it is there.
         *
         * @param ref the transaction
         */
        public GiveBack {
            Objects.requireNonNull(ref, "ref");
        }
    }

    /**
     * The money of a transaction that differs from the order stays where it is; it does not pay the order.
     *
     * @param ref the transaction
     */
    record Keep(TransactionRef ref) implements Resolution {
        /**
         * Checks that it is there.
         *
         * @param ref the transaction
         */
        public Keep {
            Objects.requireNonNull(ref, "ref");
        }
    }

    /**
     * A capture, void or refund of unknown outcome was done.
     *
     * @param followUp its cart at the gateway
     * @param ref the gateway's name for it
     */
    record WasDone(CartId followUp, TransactionRef ref) implements Resolution {
        /**
         * Checks that both are there.
         *
         * @param followUp its cart at the gateway
         * @param ref the gateway's name for it
         */
        public WasDone {
            Objects.requireNonNull(followUp, "followUp");
            Objects.requireNonNull(ref, "ref");
        }
    }

    /**
     * A capture, void or refund of unknown outcome was not done: its key may be used again.
     *
     * @param followUp its cart at the gateway
     */
    record WasNotDone(CartId followUp) implements Resolution {
        /**
         * Checks that it is there.
         *
         * @param followUp its cart at the gateway
         */
        public WasNotDone {
            Objects.requireNonNull(followUp, "followUp");
        }
    }

    /**
     * An attempt of unknown outcome took nothing. Should it turn out to have taken money all the same, that money is found and
     * told as any other.
     *
     * @param attempt its cart at the gateway
     */
    record TookNothing(CartId attempt) implements Resolution {
        /**
         * Checks that it is there.
         *
         * @param attempt its cart at the gateway
         */
        public TookNothing {
            Objects.requireNonNull(attempt, "attempt");
        }
    }
}
