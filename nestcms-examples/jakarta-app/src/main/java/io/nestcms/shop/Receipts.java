package io.nestcms.shop;

import io.nestcms.jakarta.PaymentListener;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes a receipt for each payment. In a real shop: a mail, keyed by the payment, as an event may come twice. */
@ApplicationScoped
class Receipts {
    private final List<String> written = new CopyOnWriteArrayList<>();

    @PaymentListener("receipts")
    void write(PaymentSucceeded event) {
        written.add(event.cartId().value() + " " + event.amount());
    }

    List<String> written() {
        return List.copyOf(written);
    }
}
