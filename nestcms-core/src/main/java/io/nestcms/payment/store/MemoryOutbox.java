package io.nestcms.payment.store;

import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The outbox of {@link InMemoryPaymentStore}; the store's lock guards it. */
final class MemoryOutbox implements Outbox {
    private final Object lock;
    private final Map<PaymentId, Events> all = new HashMap<>();
    private final Map<String, Instant> listeners = new TreeMap<>();

    MemoryOutbox(Object lock) {
        this.lock = lock;
    }

    /** The events of one payment. */
    private static final class Events {
        private final PaymentId paymentId;
        private List<WaitingEvent> waiting = new ArrayList<>();
        private final List<Buried> buried = new ArrayList<>();
        private @Nullable Instant nextAt;
        private OutboxRest left = OutboxRest.nothing();
        private @Nullable String worker;
        private Instant leaseUntil = Instant.MIN;

        Events(PaymentId paymentId) {
            this.paymentId = paymentId;
        }

        void dueAt(Instant at) {
            nextAt = nextAt == null || at.isBefore(nextAt) ? at : nextAt;
        }

        boolean canBeHad(OutboxClaim claim) {
            // none wait where a worker died between its last delivery and the release
            return !waiting.isEmpty() && isCome(leaseUntil, claim.now(), claim.latestLease());
        }

        boolean isDue(OutboxClaim claim) {
            return nextAt != null && isCome(nextAt, claim.now(), claim.latestDue());
        }

        boolean isLeftFor(OutboxClaim claim) {
            return !Collections.disjoint(left.listeners(), claim.listeners())
                    || (left.leftUntil() != null && isCome(left.leftUntil(), claim.now(), claim.latestLeft()));
        }

        void change(WaitingEvent event, UnaryOperator<WaitingEvent> to) {
            waiting = new ArrayList<>(waiting.stream()
                    .map(it -> isSame(it, event) ? to.apply(it) : it)
                    .toList());
        }

        boolean remove(WaitingEvent event) {
            return waiting.removeIf(it -> isSame(it, event));
        }

        private static boolean isSame(WaitingEvent one, WaitingEvent other) {
            return one.id().equals(other.id()) && Objects.equals(one.only(), other.only());
        }
    }

    /** With what is needed to put it back. */
    private record Buried(BuriedEvent burial, WaitingEvent event) {
        WaitingEvent again() {
            boolean forAll = burial.listener() == null;
            return new WaitingEvent(
                    event.paymentId(),
                    event.id(),
                    event.sequence(),
                    event.content(),
                    forAll ? event.only() : burial.listener(),
                    forAll ? event.done() : Set.of(),
                    List.of(),
                    null);
        }
    }

    private static boolean isCome(Instant at, Instant now, Instant latest) {
        return !at.isAfter(now) || at.isAfter(latest);
    }

    /** Called with the lock. */
    void append(PaymentId id, List<OutboxEntry> entries, Instant at) {
        if (!entries.isEmpty()) {
            Events events = all.computeIfAbsent(id, Events::new);
            entries.forEach(entry -> events.waiting.add(WaitingEvent.of(id, entry)));
            events.dueAt(at);
        }
    }

    @Override
    public Optional<OutboxBatch> claim(OutboxClaim claim) {
        synchronized (lock) {
            return all.values().stream()
                    .filter(it -> it.canBeHad(claim) && it.isDue(claim))
                    .min(Comparator.comparing(it -> Objects.requireNonNull(it.nextAt)))
                    .or(() -> all.values().stream()
                            .filter(it -> it.canBeHad(claim) && it.isLeftFor(claim))
                            .findFirst())
                    .map(it -> {
                        it.worker = claim.worker();
                        it.leaseUntil = claim.until();
                        return new OutboxBatch(it.paymentId, claim.worker(), it.waiting);
                    });
        }
    }

    @Override
    public boolean keep(OutboxBatch batch, WaitingEvent event, Instant until) {
        synchronized (lock) {
            Events held = held(batch, until);
            if (held != null) {
                held.change(event, before -> progressed(before, event));
            }
            return held != null;
        }
    }

    /** Its content is as it was recorded, whatever the worker could read of it. */
    private static WaitingEvent progressed(WaitingEvent before, WaitingEvent after) {
        return new WaitingEvent(
                before.paymentId(),
                before.id(),
                before.sequence(),
                before.content(),
                before.only(),
                after.done(),
                after.failed(),
                after.unreadSince());
    }

    @Override
    public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
        synchronized (lock) {
            Events held = held(batch, until);
            if (held != null) {
                held.remove(event);
            }
            return held != null;
        }
    }

    @Override
    public boolean bury(OutboxBatch batch, WaitingEvent event, BuriedEvent burial) {
        synchronized (lock) {
            Events held = held(batch, null);
            if (held == null) {
                return false;
            }
            Optional<WaitingEvent> found =
                    held.waiting.stream().filter(it -> Events.isSame(it, event)).findFirst();
            found.ifPresent(it -> {
                held.buried.add(new Buried(burial, it));
                String listener = burial.listener();
                if (listener == null) {
                    held.remove(it);
                } else {
                    held.change(it, before -> progressed(before, event.doneBy(listener)));
                }
            });
            return true;
        }
    }

    @Override
    public void release(OutboxBatch batch, OutboxRest rest) {
        synchronized (lock) {
            Events held = held(batch, null);
            if (held == null) {
                return;
            }
            held.worker = null;
            held.leaseUntil = Instant.MIN;
            if (held.waiting.size() == rest.entries()) {
                held.nextAt = rest.dueAt();
                held.left = rest;
            }
            // else something came meanwhile and is due
        }
    }

    @Override
    public List<BuriedEvent> buried(int limit) {
        synchronized (lock) {
            return all.values().stream()
                    .flatMap(events -> events.buried.stream())
                    .map(Buried::burial)
                    .sorted(Comparator.comparing(MemoryOutbox::recordedAt))
                    .limit(limit)
                    .toList();
        }
    }

    private static Instant recordedAt(BuriedEvent buried) {
        return buried.content() instanceof EventContent.Known known
                ? known.event().at()
                : Instant.MIN;
    }

    @Override
    public List<WaitingEvent> unreadable(int limit) {
        synchronized (lock) {
            return all.values().stream()
                    .flatMap(events -> events.waiting.stream())
                    .filter(it -> it.unreadSince() != null)
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public boolean replay(PaymentId paymentId, String eventId, @Nullable String listener, Instant now) {
        synchronized (lock) {
            Events events = all.get(paymentId);
            if (events == null) {
                return false;
            }
            List<Buried> found = events.buried.stream()
                    .filter(it -> it.burial().id().equals(eventId)
                            && (listener == null || listener.equals(it.burial().listener())))
                    .toList();
            events.buried.removeAll(found);
            found.forEach(it -> events.waiting.add(it.again()));
            if (!found.isEmpty()) {
                events.dueAt(now);
            }
            return !found.isEmpty();
        }
    }

    @Override
    public OutboxBacklog backlog() {
        synchronized (lock) {
            List<Instant> due = all.values().stream()
                    .filter(events -> !events.waiting.isEmpty())
                    .map(events -> events.nextAt)
                    .filter(Objects::nonNull)
                    .sorted()
                    .toList();
            return new OutboxBacklog(
                    due.size(),
                    all.values().stream()
                            .filter(events -> !events.waiting.isEmpty() && events.left.leftUntil() != null)
                            .count(),
                    all.values().stream()
                            .mapToLong(events -> events.buried.size())
                            .sum(),
                    due.isEmpty() ? null : due.get(0));
        }
    }

    @Override
    public Map<String, Instant> listeners() {
        synchronized (lock) {
            return Map.copyOf(listeners);
        }
    }

    @Override
    public void seen(Set<String> names, Instant now) {
        synchronized (lock) {
            listeners.replaceAll((name, at) -> at.isAfter(now) ? now : at);
            names.forEach(name -> listeners.put(name, now));
        }
    }

    @Override
    public void forget(String name) {
        synchronized (lock) {
            listeners.remove(name);
        }
    }

    /** The events that a batch still holds, for longer if a time is given. */
    private @Nullable Events held(OutboxBatch batch, @Nullable Instant until) {
        Events events = all.get(batch.paymentId());
        if (events == null || !batch.worker().equals(events.worker)) {
            return null;
        }
        events.leaseUntil = until == null ? events.leaseUntil : until;
        return events;
    }
}
