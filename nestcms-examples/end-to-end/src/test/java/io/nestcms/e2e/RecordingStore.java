package io.nestcms.e2e;

import io.nestcms.payment.Payment;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import java.util.List;
import java.util.stream.Collectors;

/** A store that notes each write with the events that are part of it. */
final class RecordingStore extends ForwardingStore {
    private final Hops hops;

    RecordingStore(PaymentStore store, Hops hops) {
        super(store);
        this.hops = hops;
    }

    @Override
    public Insertion insert(Payment payment, List<OutboxEntry> events) {
        note(payment, events);
        return super.insert(payment, events);
    }

    @Override
    public boolean replace(Payment payment, List<OutboxEntry> events) {
        note(payment, events);
        return super.replace(payment, events);
    }

    private void note(Payment payment, List<OutboxEntry> events) {
        hops.add("payments -> store: " + payment.status()
                + events.stream()
                        .map(entry -> " + " + entry.event().getClass().getSimpleName())
                        .collect(Collectors.joining()));
    }
}
