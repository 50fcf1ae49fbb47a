package io.nestcms.payment.service;

import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The store as one process sees it: the process dies, or its connection breaks, right before and right after each write. What is
 * dead writes nothing more, whoever caught its end.
 */
final class CrashingStore extends ForwardingStore {
    private final Faults faults;
    private final Faults.Life life;
    private final Outbox outbox;

    CrashingStore(PaymentStore store, Faults faults, Faults.Life life) {
        super(store);
        this.faults = faults;
        this.life = life;
        this.outbox = (Outbox) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Outbox.class}, (proxy, method, arguments) -> {
                    disturb();
                    Object answer = method.invoke(store.outbox(), arguments);
                    disturb();
                    return answer;
                });
    }

    @Override
    public Insertion insert(Payment payment, List<OutboxEntry> events) {
        disturb();
        Insertion insertion = super.insert(payment, events);
        disturb();
        return insertion;
    }

    @Override
    public boolean replace(Payment payment, List<OutboxEntry> events) {
        disturb();
        boolean replaced = super.replace(payment, events);
        disturb();
        return replaced;
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        life.check();
        return super.find(id);
    }

    @Override
    public List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
        life.check();
        List<DuePayment> claimed = super.claimDue(slow, now, lease, limit);
        if (!claimed.isEmpty()) {
            disturb();
        }
        return claimed;
    }

    @Override
    public void putOff(PaymentId id, Instant until) {
        disturb();
        super.putOff(id, until);
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    private void disturb() {
        life.check();
        faults.maybeCrash();
        if (faults.happen(2)) {
            throw new StoreDown();
        }
    }

    /** The connection broke: whether the write was made is not known to the caller. */
    static final class StoreDown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoreDown() {
            super("the connection to the store broke", null, false, false);
        }
    }
}
