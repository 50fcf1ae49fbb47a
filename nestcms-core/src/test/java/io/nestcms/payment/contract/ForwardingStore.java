package io.nestcms.payment.contract;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.DueBacklog;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.UnreadableRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Passes every call on; for stores that do something else in one place. */
public class ForwardingStore implements PaymentStore {
    private final PaymentStore store;

    /** One that passes every call on to another. */
    public ForwardingStore(PaymentStore store) {
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
    public long count(PaymentQuery query, int most) {
        return store.count(query, most);
    }

    @Override
    public Optional<Payment> findByReference(TransactionRef ref) {
        return store.findByReference(ref);
    }

    @Override
    public List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
        return store.claimDue(slow, now, lease, limit);
    }

    @Override
    public void putOff(PaymentId id, Instant until) {
        store.putOff(id, until);
    }

    @Override
    public DueBacklog backlog(Instant now, int limit) {
        return store.backlog(now, limit);
    }

    @Override
    public List<UnreadableRecord> unreadable(int limit) {
        return store.unreadable(limit);
    }

    @Override
    public List<Payment> undecided(int limit) {
        return store.undecided(limit);
    }

    @Override
    public GatewayEvidence evidence() {
        return store.evidence();
    }

    @Override
    public Outbox outbox() {
        return store.outbox();
    }
}
