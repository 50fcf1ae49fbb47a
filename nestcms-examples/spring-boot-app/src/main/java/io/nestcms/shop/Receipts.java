package io.nestcms.shop;

import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.spring.PaymentListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Writes a receipt for each payment. In a real shop: a mail, keyed by the payment, as an event may come twice. */
@Component
class Receipts {
    final List<String> written = new CopyOnWriteArrayList<>();

    @PaymentListener("receipts")
    void write(PaymentSucceeded event) {
        written.add(event.cartId().value() + " " + event.amount());
    }
}
