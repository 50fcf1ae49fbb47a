package io.nestcms.payment.contract;

import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.WaitingEvent;
import java.util.Optional;
import java.util.Set;

/** The outbox as a node of an older version sees it: some events are of a type that it does not know. */
public final class OlderOutbox extends ForwardingOutbox {
    private final Set<String> unknown;
    private final String type;

    /** One to which the events of these names are of that type. */
    public OlderOutbox(Outbox outbox, Set<String> unknown, String type) {
        super(outbox);
        this.unknown = unknown;
        this.type = type;
    }

    @Override
    public Optional<OutboxBatch> claim(OutboxClaim claim) {
        return super.claim(claim)
                .map(batch -> new OutboxBatch(
                        batch.paymentId(),
                        batch.worker(),
                        batch.entries().stream().map(this::seen).toList()));
    }

    private WaitingEvent seen(WaitingEvent event) {
        return unknown.contains(event.id())
                ? new WaitingEvent(
                        event.paymentId(),
                        event.id(),
                        event.sequence(),
                        new EventContent.Unreadable(type, true, "type " + type + " is not known"),
                        event.only(),
                        event.done(),
                        event.failed(),
                        event.unreadSince())
                : event;
    }
}
