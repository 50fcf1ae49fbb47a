package io.nestcms.payment.store;

import io.nestcms.payment.Payment;
import java.util.Objects;

/**
 * How inserting a payment ended.
 *
 * @since 0.1
 */
public sealed interface Insertion {
    /** It is on record, with its events. */
    record Inserted() implements Insertion {}

    /**
     * The idempotency key is taken; nothing was written. Told apart first when key and cart are both taken.
     *
     * @param existing the payment that was created under the key
     */
    record KeyTaken(Payment existing) implements Insertion {
        /**
         * Checks that the payment is there.
         *
         * @param existing the payment that was created under the key
         */
        public KeyTaken {
            Objects.requireNonNull(existing, "existing");
        }
    }

    /** The cart has a payment under another key; nothing was written. */
    record CartTaken() implements Insertion {}
}
