package io.nestcms.payment.delivery;

import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who listens: the listeners of this relay, and those that the outbox knows other nodes to have. This node's are made known there
 * when they are new and once a minute; those of others are read at the beginning of each round and once a second within one.
 */
final class Roster {
    private static final Duration TELL_EVERY = Duration.ofMinutes(1);
    private static final long READ_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final Outbox outbox;
    private final Clock clock;
    private final Duration leaveFor;

    private volatile Map<String, NamedListener> own = Map.of();
    private volatile Map<String, Instant> known = Map.of();
    /** By {@link System#nanoTime()}. */
    private volatile @Nullable Long readAt;

    /** What was told and when; guarded by this object. */
    private Set<String> told = Set.of();

    private @Nullable Instant toldAt;

    Roster(Outbox outbox, Clock clock, Duration leaveFor) {
        this.outbox = outbox;
        this.clock = clock;
        this.leaveFor = leaveFor;
    }

    /** Whether it was added: no other has its name. */
    synchronized boolean add(NamedListener listener) {
        Map<String, NamedListener> more = new LinkedHashMap<>(own);
        if (more.putIfAbsent(listener.name(), listener) != null) {
            return false;
        }
        own = more;
        return true;
    }

    Set<String> names() {
        return Set.copyOf(own.keySet());
    }

    @Nullable NamedListener own(String name) {
        return own.get(name);
    }

    /** Makes this node's listeners known and reads those of others. */
    synchronized void refresh() {
        Instant now = clock.instant();
        Set<String> names = names();
        if (toldAt == null || !names.equals(told) || now.isBefore(toldAt) || !now.isBefore(toldAt.plus(TELL_EVERY))) {
            outbox.seen(toldAt == null ? namesAtStart(names, now) : names, now);
            told = names;
            toldAt = now;
        }
        read();
    }

    /** Where no node has been there for a while, nobody's absence counts: everybody's day begins anew. */
    private Set<String> namesAtStart(Set<String> names, Instant now) {
        Map<String, Instant> before = outbox.listeners();
        Instant lately = now.minus(TELL_EVERY.multipliedBy(3));
        if (before.values().stream().anyMatch(lately::isBefore)) {
            return names;
        }
        Set<String> all = new TreeSet<>(names);
        all.addAll(before.keySet());
        return all;
    }

    /** Reads again what is older than a second. */
    void refreshIfOld() {
        Long last = readAt;
        if (last == null || System.nanoTime() - last > READ_EVERY_NANOS) {
            refresh();
        }
    }

    private void read() {
        known = Map.copyOf(outbox.listeners());
        readAt = System.nanoTime();
    }

    /** The listeners that have still to hear an event. */
    Set<String> wanting(WaitingEvent event) {
        Set<String> all = new TreeSet<>();
        addWanting(own.keySet(), event, all);
        addWanting(known.keySet(), event, all);
        String only = event.only();
        if (only != null && event.isFor(only)) {
            all.add(only);
        }
        return all;
    }

    private static void addWanting(Collection<String> names, WaitingEvent event, Set<String> all) {
        names.stream().filter(event::isFor).forEach(all::add);
    }

    /** When another node's listener is given up if no node that has it is seen before; at once if it was forgotten. */
    Instant givenUpAt(String name, Instant now) {
        Instant seen = known.get(name);
        if (seen == null) {
            return now;
        }
        return (seen.isAfter(now) ? now : seen).plus(leaveFor);
    }
}
