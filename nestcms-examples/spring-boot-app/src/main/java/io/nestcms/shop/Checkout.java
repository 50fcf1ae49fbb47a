package io.nestcms.shop;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.service.Payments;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Takes an order to the payment page, shows what became of it, gives money back. */
@RestController
@RequestMapping("/orders")
class Checkout {
    private static final String SHOP = "shop";

    private final Payments payments;

    Checkout(Payments payments) {
        this.payments = payments;
    }

    record Order(String number, String amount, String currency, String name, String email) {}

    record Next(String payment, String status, String page) {}

    /** Pressed twice, it is the same payment and the same page. */
    @PostMapping
    Next pay(@RequestBody Order order) {
        PaymentOrder asked = PaymentOrder.sale(
                new CartId(order.number()),
                Money.of(order.amount(), order.currency()),
                "Order " + order.number(),
                new Customer(order.name(), order.email(), null, null, null, null));
        return payments.create(new IdempotencyKey(SHOP, order.number()), asked)
                .fold(created -> start(created.payment().id()), refused -> {
                    throw new ResponseStatusException(
                            HttpStatus.CONFLICT, refused.refusal().toString());
                });
    }

    private Next start(PaymentId id) {
        return payments.process(id)
                .fold(
                        ready -> next(id, ready.page().toString()),
                        settled -> next(id, ""),
                        later -> {
                            throw new ResponseStatusException(
                                    HttpStatus.SERVICE_UNAVAILABLE, "try again in " + later.retryAfter());
                        },
                        unknown -> next(id, ""),
                        refused -> {
                            throw new ResponseStatusException(
                                    HttpStatus.CONFLICT, refused.refusal().toString());
                        });
    }

    @GetMapping("/{id}")
    Next show(@PathVariable String id) {
        return next(new PaymentId(id), "");
    }

    /** The key is the order's: a second press gives back nothing more. */
    @PostMapping("/{id}/refund")
    Next refund(@PathVariable String id) {
        PaymentId payment = new PaymentId(id);
        payments.refund(payment, new IdempotencyKey(SHOP, "refund-" + id), null);
        return next(payment, "");
    }

    private Next next(PaymentId id, String page) {
        return payments.find(id)
                .map(it -> new Next(id.value(), it.status().name(), page))
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
