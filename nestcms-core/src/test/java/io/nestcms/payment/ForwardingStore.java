package io.nestcms.payment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A store that hands on to another; tests override what they disturb. */
class ForwardingStore implements PaymentStore {
    private final PaymentStore store;

    ForwardingStore(PaymentStore store) {
        this.store = store;
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
