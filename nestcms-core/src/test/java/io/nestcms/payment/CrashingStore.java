package io.nestcms.payment;

import java.lang.reflect.Proxy;
import java.util.List;

/** A store whose process dies, or whose connection breaks, right before and right after each write. */
final class CrashingStore extends ForwardingStore {
    private final Faults faults;

    CrashingStore(PaymentStore store, Faults faults) {
        super(store);
        this.faults = faults;
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
    public Outbox outbox() {
        return (Outbox) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Outbox.class}, (proxy, method, arguments) -> {
                    disturb();
                    Object answer = method.invoke(super.outbox(), arguments);
                    disturb();
                    return answer;
                });
    }

    private void disturb() {
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
