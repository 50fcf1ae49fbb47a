package io.nestcms.notification;

import io.nestcms.payment.Customer;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.PaymentStore;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows whom a payment's news go to. An application with users of its own implements it and keeps what they want; {@link
 * #of(PaymentStore, Locale)} knows what the order said. Safe for use by many threads.
 *
 * @since 0.1
 */
public interface Recipients {
    /**
     * Who is told of a payment.
     *
     * @param payment the payment
     * @return empty when nobody is
     */
    Optional<Recipient> of(PaymentId payment);

    /**
     * Forgets a browser that is gone.
     *
     * @param payment whose news went to it
     * @param browser the browser
     */
    default void forget(PaymentId payment, PushReceiver browser) {}

    /**
     * Where one request ends news of a kind, for the mail's header and its last line.
     *
     * @param payment whose news it is
     * @param topic the kind
     * @return the address, or {@code null} when there is none
     */
    default @Nullable URI unsubscribe(PaymentId payment, Topic topic) {
        return null;
    }

    /**
     * The payer, by the name and address in the order.
     *
     * @param store where payments are
     * @param language in which payers are written to
     * @return without browsers or preferences
     */
    static Recipients of(PaymentStore store, Locale language) {
        return id -> {
            Optional<Payment> payment = store.find(id);
            return payment.map(it -> {
                Customer payer = it.order().customer();
                return new Recipient(payer.name(), payer.email(), language, List.of(), Set.of());
            });
        };
    }
}
