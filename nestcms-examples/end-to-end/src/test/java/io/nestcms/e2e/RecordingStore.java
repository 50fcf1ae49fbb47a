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
import java.util.stream.Collectors;

/** A store that notes each write with the events that are part of it. */
final class RecordingStore implements PaymentStore {
    private final PaymentStore store;
    private final Hops hops;

    RecordingStore(PaymentStore store, Hops hops) {
        this.store = store;
        this.hops = hops;
    }

    @Override
    public Insertion insert(Payment payment, List<OutboxEntry> events) {
        note(payment, events);
        return store.insert(payment, events);
    }

    @Override
    public boolean replace(Payment payment, List<OutboxEntry> events) {
        note(payment, events);
        return store.replace(payment, events);
    }

    private void note(Payment payment, List<OutboxEntry> events) {
        hops.add("payments -> store: " + payment.status()
                + events.stream()
                        .map(entry -> " + " + entry.event().getClass().getSimpleName())
                        .collect(Collectors.joining()));
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
