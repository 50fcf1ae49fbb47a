package io.nestcms.cms.outbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@link Notices} in memory: the reference for the contract, and the part of a store in memory that keeps its events. The store
 * adds them under its own lock, so that nobody sees a record without what tells of it.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @param <E> the family of events
 * @since 0.1
 */
public final class InMemoryNotices<E> implements Notices<E> {
    private final Map<String, Waiting<E>> waiting = new HashMap<>();
    private final List<Notice<E>> buried = new ArrayList<>();

    private record Waiting<E>(List<Notice<E>> notices, Instant nextAt, Instant heldUntil) {}

    /** Without events. */
    public InMemoryNotices() {}

    /**
     * Puts events behind those that wait.
     *
     * @param key the record that they tell of
     * @param notices the events; none changes nothing
     * @param due when they are due
     */
    public synchronized void add(String key, List<Notice<E>> notices, Instant due) {
        if (!notices.isEmpty()) {
            Waiting<E> before = waiting.getOrDefault(key, new Waiting<>(List.of(), due, Instant.MIN));
            List<Notice<E>> all = new ArrayList<>(before.notices);
            all.addAll(notices);
            // no sooner than what waits for another try: a new event comes after it anyway
            Instant nextAt = before.nextAt.isAfter(due) ? before.nextAt : due;
            waiting.put(key, new Waiting<>(all, nextAt, before.heldUntil));
        }
    }

    @Override
    public synchronized Optional<NoticeClaim<E>> claim(Instant now, Duration lease) {
        Optional<Map.Entry<String, Waiting<E>>> due = waiting.entrySet().stream()
                .filter(entry -> !entry.getValue().notices.isEmpty())
                .filter(entry -> !entry.getValue().nextAt.isAfter(now))
                .filter(entry -> !entry.getValue().heldUntil.isAfter(now))
                .min(Comparator.comparing(entry -> entry.getValue().nextAt));
        due.ifPresent(entry ->
                entry.setValue(new Waiting<>(entry.getValue().notices, entry.getValue().nextAt, now.plus(lease))));
        return due.map(entry -> new NoticeClaim<>(entry.getKey(), entry.getValue().notices, now.plus(lease)));
    }

    /** What waits, while the claim is held. */
    private Optional<Waiting<E>> held(NoticeClaim<E> claim) {
        return Optional.ofNullable(waiting.get(claim.key())).filter(it -> it.heldUntil.equals(claim.until()));
    }

    private void remove(String key, Notice<E> notice) {
        waiting.computeIfPresent(key, (id, before) -> {
            List<Notice<E>> left = before.notices.stream()
                    .filter(other -> !other.id().equals(notice.id()))
                    .toList();
            return new Waiting<>(left, before.nextAt, before.heldUntil);
        });
    }

    @Override
    public synchronized boolean delivered(NoticeClaim<E> claim, Notice<E> notice) {
        boolean held = held(claim).isPresent();
        if (held) {
            remove(claim.key(), notice);
        }
        return held;
    }

    @Override
    public synchronized void postpone(NoticeClaim<E> claim, Notice<E> notice, String cause, Instant nextAt) {
        held(claim)
                .filter(before -> find(before, notice).isPresent())
                .ifPresent(before -> waiting.put(
                        claim.key(), new Waiting<>(failed(before.notices, notice, cause), nextAt, Instant.MIN)));
    }

    private Optional<Notice<E>> find(Waiting<E> among, Notice<E> notice) {
        return among.notices.stream()
                .filter(other -> other.id().equals(notice.id()))
                .findFirst();
    }

    private List<Notice<E>> failed(List<Notice<E>> notices, Notice<E> notice, String cause) {
        return notices.stream()
                .map(other -> other.id().equals(notice.id()) ? other.failed(cause) : other)
                .toList();
    }

    @Override
    public synchronized boolean bury(NoticeClaim<E> claim, Notice<E> notice, String cause) {
        Optional<Waiting<E>> held = held(claim);
        held.flatMap(among -> find(among, notice)).ifPresent(found -> {
            buried.add(found.failed(cause));
            remove(claim.key(), found);
        });
        return held.isPresent();
    }

    @Override
    public synchronized List<Notice<E>> buried(int limit) {
        return buried.stream()
                .sorted(Comparator.comparing(Notice::at))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean replay(String key, String noticeId, Instant now) {
        Optional<Notice<E>> found = buried.stream()
                .filter(notice -> notice.key().equals(key))
                .filter(notice -> notice.id().equals(noticeId))
                .findFirst();
        found.ifPresent(notice -> {
            buried.remove(notice);
            add(key, List.of(notice.fresh()), now);
        });
        return found.isPresent();
    }

    @Override
    public synchronized void release(NoticeClaim<E> claim, Instant nextAt) {
        if (held(claim).isPresent()) {
            waiting.computeIfPresent(
                    claim.key(),
                    (id, before) ->
                            before.notices.isEmpty() ? null : new Waiting<>(before.notices, nextAt, Instant.MIN));
        }
    }

    @Override
    public synchronized long waiting() {
        return waiting.values().stream().filter(it -> !it.notices.isEmpty()).count();
    }
}
