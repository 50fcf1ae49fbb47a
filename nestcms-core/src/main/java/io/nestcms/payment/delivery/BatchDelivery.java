package io.nestcms.payment.delivery;

import io.nestcms.event.Envelope;
import io.nestcms.event.Redelivery;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.EventContent.Known;
import io.nestcms.payment.store.EventContent.Unreadable;
import io.nestcms.payment.store.FailedDelivery;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One claim's way through the events of its payment, in order: each goes to all listeners that have still to hear it and that no
 * earlier event holds up; then how far it came is written, in one write. Used once, by one thread.
 */
final class BatchDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);

    private final Settings settings;
    private final OutboxBatch batch;

    /** The listeners that stand at an event before the present one. */
    private final Set<String> held = new HashSet<>();

    private int left;
    private int delivered;
    private @Nullable Instant dueAt;
    private @Nullable Instant leftUntil;
    private final Set<String> leftFor = new TreeSet<>();
    private final List<Unreadable> unreadable = new ArrayList<>();

    /** What all batches of a relay share. */
    record Settings(
            Outbox outbox,
            Roster roster,
            Clock clock,
            Redelivery redelivery,
            Duration lease,
            Duration limit,
            Duration leaveFor) {}

    BatchDelivery(Settings settings, OutboxBatch batch) {
        this.settings = settings;
        this.batch = batch;
    }

    /** Delivers what can be delivered and ends the claim; gives how many events are through with every listener. */
    int run() {
        for (WaitingEvent event : batch.entries()) {
            boolean goesOn = event.content() instanceof Known known
                    ? deliver(event, known.event())
                    : leave(event, (Unreadable) event.content());
            if (!goesOn) {
                // our lease ran out, and whoever holds the payment now goes on; or we are being stopped, which is
                // nobody's
                // failure, and the claim ends with its lease
                return delivered;
            }
        }
        settings.outbox().release(batch, new OutboxRest(left, dueAt, leftFor, unreadable, leftUntil));
        return delivered;
    }

    private Instant now() {
        return settings.clock().instant();
    }

    private Instant until() {
        return now().plus(settings.lease());
    }

    // ---- an event that can be read

    private boolean deliver(WaitingEvent event, PaymentEvent payload) {
        Set<String> wanting = settings.roster().wanting(event);
        WaitingEvent after = event;
        boolean anyBuried = false;
        Map<String, NamedListener> asked = new LinkedHashMap<>();
        for (String name : wanting) {
            if (held.contains(name)) {
                continue;
            }
            NamedListener listener = settings.roster().own(name);
            if (listener == null) {
                if (isGivenUp(name, event)) {
                    if (!bury(after, name, attempts(after, name), "no node has had it for " + settings.leaveFor())) {
                        return false;
                    }
                    after = after.doneBy(name);
                    anyBuried = true;
                }
            } else if (!listener.hears(payload)) {
                after = after.doneBy(name);
            } else if (!isPutOff(name, event, settings.redelivery().longestWait())) {
                asked.put(name, listener);
            }
        }
        Map<String, NamedListener.Outcome> outcomes = outcomes(asked, event, payload);
        boolean allHandled = outcomes.values().stream().allMatch(NamedListener.Outcome.Handled.class::isInstance);
        // whoever was stopped has kept the interrupt
        if (Thread.currentThread().isInterrupted() && !allHandled) {
            return false;
        }
        for (Map.Entry<String, NamedListener.Outcome> outcome : outcomes.entrySet()) {
            WaitingEvent next = settled(after, outcome.getKey(), outcome.getValue());
            if (next == null) {
                return false;
            }
            anyBuried |= next.done().contains(outcome.getKey())
                    && !(outcome.getValue() instanceof NamedListener.Outcome.Handled);
            after = next;
        }
        return written(event, after, wanting, anyBuried);
    }

    private boolean written(WaitingEvent before, WaitingEvent after, Set<String> wanting, boolean anyBuried) {
        if (wanting.stream().noneMatch(after::isFor)) {
            if (!settings.outbox().remove(batch, after, until())) {
                return false;
            }
            delivered += anyBuried ? 0 : 1;
            return true;
        }
        left++;
        return after.equals(before) || settings.outbox().keep(batch, after, until());
    }

    private Map<String, NamedListener.Outcome> outcomes(
            Map<String, NamedListener> asked, WaitingEvent event, PaymentEvent payload) {
        Envelope<PaymentEvent> envelope =
                new Envelope<>(event.id(), payload.at(), batch.paymentId().value(), payload);
        Map<String, NamedListener.Call> calls = new LinkedHashMap<>();
        long deadline = System.nanoTime() + settings.limit().toNanos();
        asked.forEach((name, listener) -> calls.put(name, listener.call(envelope)));
        Map<String, NamedListener.Outcome> outcomes = new LinkedHashMap<>();
        calls.forEach((name, call) -> outcomes.put(name, call.outcome(deadline)));
        return outcomes;
    }

    /** The event after a listener's answer; null when the claim is no longer held. */
    private @Nullable WaitingEvent settled(WaitingEvent event, String name, NamedListener.Outcome outcome) {
        if (outcome instanceof NamedListener.Outcome.Failed failed) {
            int attempts = attempts(event, name);
            if (settings.redelivery().isLast(attempts)) {
                LOG.error(
                        "Event {} buried for {} after {} attempts: {}", event.id(), name, attempts + 1, failed.cause());
                return bury(event, name, attempts + 1, failed.cause()) ? event.doneBy(name) : null;
            }
            Instant next = now().plus(settings.redelivery().waitAfter(attempts));
            LOG.warn("Event {} not handled by {}, next attempt at {}: {}", event.id(), name, next, failed.cause());
            return putOff(event, name, attempts + 1, failed.cause(), next);
        } else if (outcome instanceof NamedListener.Outcome.Rests rests) {
            return putOff(event, name, attempts(event, name), rests.cause(), rests.until());
        }
        return event.doneBy(name);
    }

    private WaitingEvent putOff(WaitingEvent event, String name, int attempts, String cause, Instant next) {
        held.add(name);
        dueAt = earlier(dueAt, next);
        return event.failedWith(new FailedDelivery(name, attempts, cause, next));
    }

    private static int attempts(WaitingEvent event, String name) {
        return event.failure(name).map(FailedDelivery::attempts).orElse(0);
    }

    private boolean bury(WaitingEvent event, @Nullable String name, int attempts, String cause) {
        return settings.outbox()
                .bury(
                        batch,
                        event,
                        new BuriedEvent(
                                batch.paymentId(),
                                event.id(),
                                event.sequence(),
                                event.content(),
                                name,
                                attempts,
                                cause));
    }

    /** Whether a listener is still to wait after a failure; then it is held up. */
    private boolean isPutOff(String name, WaitingEvent event, Duration atMost) {
        Instant now = now();
        Optional<Instant> next = event.failure(name)
                .map(FailedDelivery::nextAt)
                // further off than a relay puts anything: the clock was ahead
                .filter(at -> at.isAfter(now) && !at.isAfter(now.plus(atMost).plus(settings.lease())));
        if (next.isEmpty()) {
            return false;
        }
        held.add(name);
        // another node may wait for longer than this one ever does, which would here count as a clock that was ahead
        dueAt = earlier(
                dueAt, earlier(next.get(), now.plus(settings.redelivery().longestWait())));
        return true;
    }

    /** Whether another node's listener is given up; else the event is left for it, and it is held up. */
    private boolean isGivenUp(String name, WaitingEvent event) {
        Instant now = now();
        Instant givenUpAt = settings.roster().givenUpAt(name, now);
        if (!now.isBefore(givenUpAt)) {
            LOG.error("Event {} buried for {}, which no node has had for {}", event.id(), name, settings.leaveFor());
            return true;
        }
        if (!isPutOff(name, event, settings.leaveFor())) {
            held.add(name);
            leftFor.add(name);
            leftUntil = earlier(leftUntil, givenUpAt);
        }
        return false;
    }

    // ---- an event that cannot be read

    private boolean leave(WaitingEvent event, Unreadable content) {
        Set<String> wanting = settings.roster().wanting(event);
        if (wanting.isEmpty()) {
            return settings.outbox().remove(batch, event, until());
        }
        Instant now = now();
        Instant since = event.unreadSince();
        if (since == null || since.isAfter(now)) {
            LOG.warn("Event {} is left for a node that can read it: {}", event.id(), content.cause());
            since = now;
            if (!settings.outbox().keep(batch, event.unread(now), until())) {
                return false;
            }
        }
        Instant end = since.plus(settings.leaveFor());
        if (!now.isBefore(end)) {
            LOG.error(
                    "Event {} buried, no node could read it for {}: {}",
                    event.id(),
                    settings.leaveFor(),
                    content.cause());
            return bury(event, null, 0, content.cause());
        }
        left++;
        held.addAll(wanting);
        unreadable.add(content);
        // of a damaged one a newer version may read more, but nobody can tell which
        leftUntil = earlier(
                leftUntil,
                content.unknown()
                        ? end
                        : earlier(end, now.plus(settings.redelivery().longestWait())));
        return true;
    }

    private static Instant earlier(@Nullable Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
