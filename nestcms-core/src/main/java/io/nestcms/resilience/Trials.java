package io.nestcms.resilience;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trial calls of one half-open time. A call that never reports loses its place when its time is over and counts as
 * failed, so places cannot run out for ever. Guarded by the breaker's lock.
 */
final class Trials {
    private final int calls;
    private final int tolerated;
    private final long timeoutNanos;
    private final Set<Trial> running = new HashSet<>();
    private int good;
    private int bad;

    Trials(BreakerSettings settings) {
        this.calls = settings.trialCalls();
        this.tolerated = settings.toleratedTrialFailures();
        this.timeoutNanos = Nanos.of(settings.probeTimeout());
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
    boolean giveBack(Trial trial) {
        return running.remove(trial);
    }

    void count(boolean wasGood) {
        if (wasGood) {
            good++;
        } else {
            bad++;
        }
    }

    /** Takes the places of the calls whose time is over, counts each as failed and tells how many they were. */
    int takeBackLeaked(long now) {
        int leaked = 0;
        for (Iterator<Trial> each = running.iterator(); each.hasNext(); ) {
            if (now - each.next().begun >= timeoutNanos) {
                each.remove();
                bad++;
                leaked++;
            }
        }
        return leaked;
    }

    boolean isFailed() {
        return bad > tolerated;
    }

    boolean isPassed() {
        return good + bad >= calls && !isFailed();
    }

    /** How long until the next place is sure to be free. */
    long untilPlace(long now) {
        long least = Nanos.NEVER;
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
