package io.nestcms.payment.contract;

import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Passes every call on; for outboxes that do something else in one place. */
public class ForwardingOutbox implements Outbox {
    private final Outbox outbox;

    /** One that passes every call on to another. */
    public ForwardingOutbox(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public Optional<OutboxBatch> claim(OutboxClaim claim) {
        return outbox.claim(claim);
    }

    @Override
    public boolean keep(OutboxBatch batch, WaitingEvent event, Instant until) {
        return outbox.keep(batch, event, until);
    }

    @Override
    public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
        return outbox.remove(batch, event, until);
    }

    @Override
    public boolean bury(OutboxBatch batch, WaitingEvent event, BuriedEvent burial) {
        return outbox.bury(batch, event, burial);
    }

    @Override
    public void release(OutboxBatch batch, OutboxRest rest) {
        outbox.release(batch, rest);
    }

    @Override
    public List<BuriedEvent> buried(int limit) {
        return outbox.buried(limit);
    }

    @Override
    public List<WaitingEvent> unreadable(int limit) {
        return outbox.unreadable(limit);
    }

    @Override
    public boolean replay(PaymentId paymentId, String eventId, @Nullable String listener, Instant now) {
        return outbox.replay(paymentId, eventId, listener, now);
    }

    @Override
    public OutboxBacklog backlog() {
        return outbox.backlog();
    }

    @Override
    public Map<String, Instant> listeners() {
        return outbox.listeners();
    }

    @Override
    public void seen(Set<String> names, Instant now) {
        outbox.seen(names, now);
    }

    @Override
    public void forget(String name) {
        outbox.forget(name);
    }
}
