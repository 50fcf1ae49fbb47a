package io.nestcms.payment.store;

import io.nestcms.payment.PaymentEvent;
import java.util.Objects;

/**
 * What a store can tell of a recorded event.
 *
 * @since 0.1
 */
public sealed interface EventContent {
    /**
     * An event that can be read.
     *
     * @param event the event
     */
    record Known(PaymentEvent event) implements EventContent {
        /**
         * Checks that it is there.
         *
         * @param event the event
         */
        public Known {
            Objects.requireNonNull(event, "event");
        }
    }

    /**
     * An event that cannot be read here: of a newer version, or damaged.
     *
     * @param type the name of its type as it is stored, or {@code ?} when there is none
     * @param unknown whether this version has no such type, so that a newer one may read it
     * @param cause why it cannot be read, in a few words without a value of it
     */
    record Unreadable(String type, boolean unknown, String cause) implements EventContent {
        /**
         * Checks that nothing is missing.
         *
         * @param type the name of its type
         * @param unknown whether this version has no such type
         * @param cause why it cannot be read
         */
        public Unreadable {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(cause, "cause");
        }
    }
}
