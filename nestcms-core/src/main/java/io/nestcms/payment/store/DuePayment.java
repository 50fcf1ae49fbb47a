package io.nestcms.payment.store;

import io.nestcms.payment.Payment;
import java.util.Objects;

/**
 * A record that the reconciler should look at.
 *
 * @since 0.1
 */
public sealed interface DuePayment {
    /**
     * One that can be read.
     *
     * @param payment the payment
     */
    record Found(Payment payment) implements DuePayment {
        /**
         * Checks that it is there.
         *
         * @param payment the payment
         */
        public Found {
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * One that cannot be read.
     *
     * @param record what is known of it
     */
    record Unreadable(UnreadableRecord record) implements DuePayment {
        /**
         * Checks that it is there.
         *
         * @param record what is known of it
         */
        public Unreadable {
            Objects.requireNonNull(record, "record");
        }
    }
}
