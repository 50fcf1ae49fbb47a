package io.nestcms.event;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last dead letters of a bus, oldest first. When there are too many, the oldest goes; the hook has seen it. */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final int bound;
    private final Clock clock;
    private final Consumer<? super DeadLetter> hook;
    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private long numbers;

    DeadLetters(int bound, Clock clock, Consumer<? super DeadLetter> hook) {
        this.bound = bound;
        this.clock = clock;
        this.hook = hook;
    }

    void add(Listener listener, Object item, DeadLetter.Reason reason, int attempts, @Nullable Throwable cause) {
        DeadLetter letter;
        synchronized (kept) {
            String id = Long.toString(++numbers);
            letter = new DeadLetter(id, clock.instant(), listener.name(), Parcel.event(item), reason, attempts, cause);
            kept.put(id, new Kept(letter, listener, item));
            if (kept.size() > bound) {
                Iterator<String> oldest = kept.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
        try {
            hook.accept(letter);
        } catch (RuntimeException e) {
            LOG.error("The dead-letter hook failed on letter {} of {}", letter.id(), letter.listener(), e);
        }
    }

    List<DeadLetter> list() {
        synchronized (kept) {
            List<DeadLetter> letters = new ArrayList<>(kept.size());
            kept.values().forEach(each -> letters.add(each.letter));
            return letters;
        }
    }

    @Nullable Kept take(String id) {
        synchronized (kept) {
            return kept.remove(id);
        }
    }

    /** A letter and the way back to its listener. */
    record Kept(DeadLetter letter, Listener listener, Object item) {}
}
