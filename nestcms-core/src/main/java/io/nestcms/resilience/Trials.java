package io.nestcms.resilience;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trial calls of one half-open time. A call that never reports loses its place when its time is over and counts as
 * failed, so places cannot run out for ever. Few calls may come: one good trial is enough when no other comes in time.
 * Guarded by the breaker's lock.
 */
final class Trials {
    private final int calls;
    private final int tolerated;
    private final long timeoutNanos;
    private final long patienceNanos;
    private final Set<Trial> running = new HashSet<>();
    private int good;
    private int bad;
    /** Only with a good one. */
    private long firstGoodAt;
    /** When the last running trial ended, by its result or by its time. */
    private long quietSince;

    Trials(BreakerSettings settings) {
        this.calls = settings.trialCalls();
        this.tolerated = settings.toleratedTrialFailures();
        this.timeoutNanos = Nanos.of(settings.probeTimeout());
        this.patienceNanos = Nanos.of(settings.patience());
    }

    boolean hasPlace() {
        return running.size() + good + bad < calls;
    }

    /** A place, or {@code null} when all are taken. */
    @Nullable Trial take(Phase phase, long now) {
        if (!hasPlace()) {
            return null;
        }
        Trial trial = new Trial(phase, now);
        running.add(trial);
        return trial;
    }

    /** Gives a place back; {@code false} when it was given back or taken away before. */
    boolean giveBack(Trial trial, long now) {
        boolean was = running.remove(trial);
        quietSince = was ? now : quietSince;
        return was;
    }

    void count(boolean wasGood, long now) {
        if (wasGood) {
            if (good == 0) {
                firstGoodAt = now;
            }
            good++;
        } else {
            bad++;
        }
    }

    /** Takes the places of the calls whose time is over, counts each as failed and tells how many they were. */
    int takeBackLeaked(long now) {
        int leaked = 0;
        for (Iterator<Trial> each = running.iterator(); each.hasNext(); ) {
            long end = each.next().begun + timeoutNanos;
            if (now - end >= 0) {
                each.remove();
                quietSince = leaked == 0 || end - quietSince > 0 ? end : quietSince;
                bad++;
                leaked++;
            }
        }
        return leaked;
    }

    /** Whether the good trials are enough by now, because no other came in the time after the first. */
    boolean isOver(long now) {
        return good > 0 && !isFailed() && running.isEmpty() && now - overAt() >= 0;
    }

    long overAt() {
        long end = firstGoodAt + patienceNanos;
        return quietSince - end > 0 ? quietSince : end;
    }

    long quietSince() {
        return quietSince;
    }

    boolean isFailed() {
        return bad > tolerated;
    }

    boolean isPassed() {
        return good + bad >= calls && !isFailed();
    }

    /** How long until it is worth asking again: a place is free then, or a trial ended well and the rest comes by itself. */
    long untilPlace(long now) {
        long least = patienceNanos;
        for (Trial trial : running) {
            least = Math.min(least, Math.max(0, trial.begun + timeoutNanos - now));
        }
        return least;
    }

    long counted() {
        return (long) good + bad;
    }

    long failed() {
        return bad;
    }
}
