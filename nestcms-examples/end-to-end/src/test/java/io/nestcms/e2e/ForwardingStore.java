package io.nestcms.e2e;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Insertion;
import io.nestcms.payment.Outbox;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Hands everything on; a test overrides what it wants to see or to break. */
class ForwardingStore implements PaymentStore {
    private PaymentStore store;

    final void forwardTo(PaymentStore next) {
        store = next;
    }

    @Override
    public Insertion insert(Payment payment, List<OutboxEntry> events) {
        return store.insert(payment, events);
    }

    @Override
    public boolean replace(Payment payment, List<OutboxEntry> events) {
        return store.replace(payment, events);
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        return store.find(id);
    }

    @Override
    public Optional<Payment> findByCart(CartId cartId) {
        return store.findByCart(cartId);
    }

    @Override
    public PaymentPage list(PaymentQuery query) {
        return store.list(query);
    }

    @Override
    public List<Payment> due(Instant now, int limit) {
        return store.due(now, limit);
    }

    @Override
    public Outbox outbox() {
        return store.outbox();
    }
}
