package io.nestcms.event;

import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The last dead letters of a bus, oldest first. When there are too many, the oldest goes; the hook has seen it. */
final class DeadLetters {
    private final int bound;
    private final Clock clock;
    private final Consumer<? super DeadLetter> hook;
    private final ReentrantLock lock = new ReentrantLock();
    /** Both guarded by the lock. */
    private final Map<String, Kept> kept = new LinkedHashMap<>();

    private long numbers;

    DeadLetters(int bound, Clock clock, Consumer<? super DeadLetter> hook) {
        this.bound = bound;
        this.clock = clock;
        this.hook = hook;
    }

    void add(Listener listener, Object item, DeadLetter.Reason reason, int attempts, @Nullable Throwable cause) {
        Instant at = now();
        DeadLetter letter;
        lock.lock();
        try {
            String id = Long.toString(++numbers);
            letter = new DeadLetter(id, at, listener.name(), Parcel.event(item), reason, attempts, cause);
            kept.put(id, new Kept(letter, listener, item));
            if (kept.size() > bound) {
                Iterator<String> oldest = kept.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
        try {
            hook.accept(letter);
        } catch (Throwable e) {
            Reports.warned(
                    Listener.LOG,
                    "The dead-letter hook failed on letter " + letter.id() + " of " + letter.listener(),
                    e);
        }
    }

    private Instant now() {
        try {
            return Objects.requireNonNull(clock.instant());
        } catch (Throwable e) {
            Reports.warned(Listener.LOG, "The bus's clock failed", e);
            return Instant.now();
        }
    }

    List<DeadLetter> list() {
        lock.lock();
        try {
            List<DeadLetter> letters = new ArrayList<>(kept.size());
            kept.values().forEach(each -> letters.add(each.letter));
            return letters;
        } finally {
            lock.unlock();
        }
    }

    @Nullable Kept take(String id) {
        lock.lock();
        try {
            return kept.remove(id);
        } finally {
            lock.unlock();
        }
    }

    /** A letter and the way back to its listener. */
    record Kept(DeadLetter letter, Listener listener, Object item) {}
}
