package io.nestcms.resilience;

import io.nestcms.report.Reports;
import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.CircuitEvent.CircuitHalfOpened;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of a circuit breaker. What is read on the way of every call is one volatile reference, the phase; a
 * phase is replaced as a whole under the lock, and a result counts only when it belongs to the present generation.
 */
final class Circuit {
    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    /** What "come back at once" is to a caller who was rejected. */
    private static final long AT_ONCE = 1_000_000;

    /** No memory is believed to be good for longer than this. */
    private static final Duration LONGEST_MEMORY = Duration.ofDays(1);

    private final String name;
    private final String dependency;
    private final LongSupplier ticker;
    private final RandomGenerator random;
    private final Outage outage;
    private final ReentrantLock moving = new ReentrantLock();

    private volatile Phase phase;
    private volatile Totals totals = new Totals();

    /** All below is guarded by the lock. */
    private long generations;

    private int openingsInARow;
    private boolean inOutage;
    /** Nobody is told: while a memory is restored, and for ever once the breaker was removed. */
    private boolean silent;

    private boolean retired;
    private @Nullable Long retryAfterUntil;

    Circuit(String name, BreakerSettings settings, Surroundings surroundings) {
        this.name = name;
        this.dependency = settings.dependency().orElse(name);
        this.ticker = surroundings.ticker();
        this.random = surroundings.random();
        this.outage = surroundings.outage();
        this.phase = Phase.watching(0, BreakerState.CLOSED, settings, ticker.getAsLong());
    }

    /** What a breaker gets from its registry. */
    record Surroundings(LongSupplier ticker, RandomGenerator random, Outage outage) {}

    String dependency() {
        return dependency;
    }

    BreakerSettings settings() {
        return phase.settings;
    }

    /** Leave to make one call. */
    Permit tryAcquire() {
        Phase seen = phase;
        Admission admission = seen.admitsAll ? seen : admit(seen);
        // one place of allocation, so that the compiler can do without the object
        return new Permit(this, admission, seen.timesCalls ? ticker.getAsLong() : 0);
    }

    /** What lets a call through now, or {@code null}: the permit's inside, for callers that need no permit. */
    @Nullable Admission admit() {
        Phase seen = phase;
        return seen.admitsAll ? seen : admit(seen);
    }

    /** The beginning of a call, when it is of interest. */
    long begin(Admission admission) {
        return admission.phase().timesCalls ? ticker.getAsLong() : 0;
    }

    /**
     * How long to wait before the next try; 0 when a call would be let through. A caller who must wait was rejected, and
     * counts as such towards the share that a ramp lets through.
     */
    Duration retryAfter() {
        if (phase.admitsAll) {
            return Duration.ZERO;
        }
        long wait;
        moving.lock();
        try {
            long now = ticker.getAsLong();
            catchUp(now);
            Ramp ramp = phase.ramp;
            wait = ramp != null && ramp.wouldLetThrough() ? 0 : waitNanos(phase, now);
        } finally {
            moving.unlock();
        }
        outage.tell();
        if (wait > 0) {
            outage.rejected(Duration.ofNanos(wait));
        }
        return Duration.ofNanos(wait);
    }

    /** How long a caller who was just rejected is to wait: more than 0, though the circuit may have moved on since. */
    Duration waitAfterRejection() {
        moving.lock();
        try {
            return Duration.ofNanos(Math.max(AT_ONCE, waitNanos(phase, ticker.getAsLong())));
        } finally {
            moving.unlock();
        }
    }

    BreakerState state() {
        if (phase.isMovedByTime()) {
            moving.lock();
            try {
                catchUp(ticker.getAsLong());
            } finally {
                moving.unlock();
            }
            outage.tell();
        }
        return phase.state;
    }

    void reset() {
        moveByHand(BreakerState.CLOSED);
        totals = new Totals();
    }

    void moveByHand(BreakerState target) {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            BreakerSettings settings = phase.settings;
            long generation = ++generations;
            move(
                    target == BreakerState.CLOSED || target == BreakerState.METRICS_ONLY
                            ? Phase.watching(generation, target, settings, now)
                            : Phase.plain(generation, target, settings, now),
                    now);
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    void change(BreakerSettings settings) {
        moving.lock();
        try {
            Check.same("dependency", settings.dependency().orElse(name), dependency);
            Phase before = phase;
            phase = before.under(settings, ticker.getAsLong());
        } finally {
            moving.unlock();
        }
    }

    BreakerSnapshot snapshot() {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            catchUp(now);
            return snapshot(phase, totals, now, outage.instant());
        } finally {
            moving.unlock();
            outage.tell();
        }
    }

    /** What is worth knowing after a restart. */
    BreakerMemory memory() {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            catchUp(now);
            Instant at = outage.instant();
            Phase present = phase;
            boolean trying = present.state == BreakerState.HALF_OPEN || present.state == BreakerState.RECOVERING;
            Instant openUntil = null;
            if (trying) {
                openUntil = at;
            } else if (present.state == BreakerState.OPEN) {
                openUntil = at.plus(Nanos.left(present.openUntil, now));
            }
            return new BreakerMemory(
                    name,
                    trying ? BreakerState.OPEN : present.state,
                    at.minusNanos(now - present.since),
                    openUntil,
                    openingsInARow,
                    inOutage && outage.isAnnounced(),
                    remembered(present, now, at),
                    at);
        } finally {
            moving.unlock();
        }
    }

    private static List<BreakerMemory.Calls> remembered(Phase present, long now, Instant at) {
        List<BreakerMemory.Calls> calls = new ArrayList<>();
        if (present.window != null) {
            present.window.forEach(
                    (outcome, times, when) -> calls.add(new BreakerMemory.Calls(
                            classOf(outcome), Outcomes.isSlow(outcome), times, at.minusNanos(now - when))),
                    now);
        }
        return calls;
    }

    /** Begins where another life of the breaker ended, unless it has moved since it was made. */
    void restore(BreakerMemory memory) {
        moving.lock();
        try {
            if (phase.generation != 0 || retired) {
                // what happened since it was made is newer than any memory
                return;
            }
            long now = ticker.getAsLong();
            Instant at = outage.instant();
            BreakerSettings settings = phase.settings;
            openingsInARow = Math.max(0, memory.openingsInARow() - 1);
            long since = now - ago(memory.since(), at);
            silent = true;
            BreakerState state = memory.state();
            if (state == BreakerState.OPEN && memory.openUntil() != null) {
                long until = now
                        + Math.min(
                                Nanos.of(LONGEST_MEMORY),
                                Math.max(0, Nanos.of(Duration.between(at, memory.openUntil()))));
                move(Phase.open(++generations, settings, since, until, null), since);
            } else if (state == BreakerState.CLOSED || state == BreakerState.METRICS_ONLY) {
                phase = restored(memory, state, settings, at, now);
            } else if (state != BreakerState.OPEN) {
                move(Phase.plain(++generations, state, settings, since), since);
            }
            openingsInARow = memory.openingsInARow();
            if (memory.announced()) {
                outage.announcedBefore();
            }
        } finally {
            silent = retired;
            moving.unlock();
        }
    }

    private Phase restored(BreakerMemory memory, BreakerState state, BreakerSettings settings, Instant at, long now) {
        long oldest = now;
        for (BreakerMemory.Calls calls : memory.window()) {
            oldest = Math.min(oldest - now, -ago(calls.at(), at)) + now;
        }
        Phase closed = Phase.watching(++generations, state, settings, oldest);
        for (BreakerMemory.Calls calls : memory.window()) {
            if (closed.window != null) {
                closed.window.restore(calls.outcome(), calls.calls(), now - ago(calls.at(), at));
            }
        }
        return closed;
    }

    /** How long ago a time on the wall clock was; 0 when it is to come, for wall clocks differ. */
    private static long ago(Instant time, Instant now) {
        Duration age = Duration.between(time, now);
        if (age.isNegative()) {
            return 0;
        }
        return Nanos.of(age.compareTo(LONGEST_MEMORY) < 0 ? age : LONGEST_MEMORY);
    }

    private BreakerSnapshot snapshot(Phase seen, Totals counted, long now, Instant at) {
        long[] counts = seen.window == null ? new long[Outcomes.COUNT] : seen.window.counts(now);
        long calls = 0;
        long failures = 0;
        long slow = 0;
        for (int outcome = 1; outcome < Outcomes.COUNT; outcome++) {
            calls += counts[outcome];
            failures += Outcomes.isFailure(outcome) ? counts[outcome] : 0;
            slow += Outcomes.isSlow(outcome) ? counts[outcome] : 0;
        }
        double share = seen.admitsAll ? 1 : 0;
        if (seen.trials != null) {
            calls = seen.trials.counted();
            failures = seen.trials.failed();
        } else if (seen.ramp != null) {
            share = seen.ramp.share();
        }
        FailureClass lastFailure = counted.lastFailure();
        return new BreakerSnapshot(
                name,
                dependency,
                seen.state,
                calls,
                failures,
                slow,
                seen.scoring.score(counts),
                share,
                seen.ramp == null ? Duration.ofNanos(waitNanos(seen, now)) : Duration.ZERO,
                counted.calls.sum(),
                counted.failures(),
                counted.slow(),
                counted.rejected.sum(),
                counted.ignored.sum(),
                counted.late.sum(),
                counted.leaked,
                counted.opened,
                lastFailure,
                lastFailure == null ? null : at.minusNanos(now - counted.lastAt()),
                at.minusNanos(now - seen.since),
                at);
    }

    /** Admits a call in a phase that does not admit all; {@code null} when it is rejected. */
    private @Nullable Admission admit(Phase seen) {
        long now = ticker.getAsLong();
        if (seen.state == BreakerState.OPEN && now - seen.openUntil < 0) {
            return reject(seen, now);
        }
        if (seen.state == BreakerState.FORCED_OPEN) {
            return reject(seen, now);
        }
        Admission admission;
        Phase present;
        moving.lock();
        try {
            catchUp(now);
            if (phase.state == BreakerState.OPEN && now - phase.openUntil >= 0) {
                move(Phase.halfOpen(++generations, phase.settings, now), now);
            }
            present = phase;
            admission = place(now);
        } finally {
            moving.unlock();
        }
        outage.tell();
        return admission == null ? reject(present, now) : admission;
    }

    private @Nullable Admission place(long now) {
        Phase present = phase;
        if (present.admitsAll) {
            return present;
        }
        if (present.trials != null) {
            return present.trials.take(present, now);
        }
        return present.ramp != null && present.ramp.letsThrough() ? present : null;
    }

    private @Nullable Admission reject(Phase seen, long now) {
        totals.rejected.increment();
        if (!outage.isAnnounced()) {
            long wait;
            moving.lock();
            try {
                wait = waitNanos(seen, now);
            } finally {
                moving.unlock();
            }
            outage.rejected(Duration.ofNanos(Math.max(AT_ONCE, wait)));
        }
        return null;
    }

    /** Records the end of a call, whose result is the caller's whatever goes wrong here: a ticker may throw. */
    void settle(Admission admission, long begun, int outcome, long retryAfterNanos) {
        try {
            record(admission, begun, outcome, retryAfterNanos);
        } catch (Throwable broken) {
            Reports.failed(LOG, "The end of a call could not be counted", name, broken);
        }
    }

    /** Records the end of a call for which nobody asked leave: it counts where all calls are let through. */
    void settleUnasked(Verdict verdict) {
        Phase seen = phase;
        if (seen.admitsAll) {
            settle(seen, begin(seen), verdict.outcome(), verdict.retryAfterNanos());
        } else {
            totals.late.increment();
        }
    }

    private void record(Admission admission, long begun, int outcome, long retryAfterNanos) {
        Phase issued = admission.phase();
        Phase present = phase;
        if (present.generation != issued.generation) {
            totals.late.increment();
            return;
        }
        if (outcome == Outcomes.NONE || present.window == null || retryAfterNanos > 0) {
            settleSlowly(admission, begun, outcome, retryAfterNanos);
            return;
        }
        long now = present.timesResults ? ticker.getAsLong() : 0;
        int timed = present.timesCalls && issued.timesCalls ? present.scoring.timed(outcome, now - begun) : outcome;
        totals.calls.increment();
        if (timed != Outcomes.SUCCESS) {
            totals.add(timed, present.timesResults ? now : ticker.getAsLong());
        }
        if (present.window.record(timed, now) && present.state == BreakerState.CLOSED) {
            open(present, timed);
        }
    }

    private void settleSlowly(Admission admission, long begun, int outcome, long retryAfterNanos) {
        moving.lock();
        try {
            long now = ticker.getAsLong();
            if (phase.ramp != null) {
                // the result belongs to the step that is on now, if the ramp is not over
                catchUp(now);
            }
            Phase present = phase;
            if (present.generation != admission.phase().generation) {
                totals.late.increment();
                return;
            }
            if (retryAfterNanos > 0) {
                noteRetryAfter(now + Math.min(retryAfterNanos, Nanos.of(present.settings.longestRetryAfter())));
            }
            boolean timeable = present.timesCalls && admission.phase().timesCalls && outcome != Outcomes.NONE;
            count(admission, timeable ? present.scoring.timed(outcome, now - begun) : outcome, now);
            catchUp(now);
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    private void count(Admission admission, int outcome, long now) {
        Phase present = phase;
        if (admission instanceof Trial trial && (present.trials == null || !present.trials.giveBack(trial, now))) {
            totals.late.increment();
            return;
        }
        if (outcome == Outcomes.NONE) {
            totals.ignored.increment();
            return;
        }
        if (present.state == BreakerState.DISABLED) {
            return;
        }
        totals.calls.increment();
        if (outcome != Outcomes.SUCCESS) {
            totals.add(outcome, now);
        }
        if (present.window != null) {
            if (present.window.record(outcome, now) && present.state == BreakerState.CLOSED) {
                open(now, classOf(outcome));
            }
            return;
        }
        if (present.trials != null) {
            // what has no weight says nothing, so the trial goes to another call
            if (outcome == Outcomes.SUCCESS || present.scoring.isBad(outcome)) {
                present.trials.count(outcome == Outcomes.SUCCESS, now);
            }
            decide(present.trials, present.settings, now, classOf(outcome));
        } else if (present.ramp != null) {
            if (!present.ramp.count(outcome, now)) {
                open(now, classOf(outcome));
            }
        }
    }

    private void decide(Trials trials, BreakerSettings settings, long now, @Nullable FailureClass cause) {
        if (trials.isFailed()) {
            open(now, cause);
        } else if (trials.isPassed()) {
            if (settings.rampShares().isEmpty()) {
                close(now);
            } else {
                move(Phase.recovering(++generations, settings, now), now);
            }
        }
    }

    /**
     * Does what time alone does: takes back trial calls that were never reported, ends the trials when nobody else comes,
     * and goes up the ramp. Each counts from when its time was over, not from when somebody looked.
     */
    private void catchUp(long now) {
        Trials trials = phase.trials;
        if (trials != null) {
            int leaked = trials.takeBackLeaked(now);
            if (leaked > 0) {
                totals.leaked += leaked;
                decide(trials, phase.settings, trials.quietSince(), FailureClass.TIMEOUT);
            } else if (trials.isOver(now)) {
                close(trials.overAt());
            }
        }
        Ramp ramp = phase.ramp;
        if (ramp != null) {
            ramp.climb(now);
            if (ramp.isClimbed()) {
                close(ramp.stepBegun());
            }
        }
    }

    private void noteRetryAfter(long until) {
        if (retryAfterUntil == null || until - retryAfterUntil > 0) {
            retryAfterUntil = until;
        }
    }

    private void open(Phase seen, int outcome) {
        moving.lock();
        try {
            if (phase.generation == seen.generation && phase.state == BreakerState.CLOSED) {
                open(ticker.getAsLong(), classOf(outcome));
            }
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    private void open(long now, @Nullable FailureClass cause) {
        BreakerSettings settings = phase.settings;
        long until = now + openTime(settings, cause);
        if (retryAfterUntil != null && retryAfterUntil - until > 0) {
            until = retryAfterUntil;
        }
        openingsInARow++;
        move(Phase.open(++generations, settings, now, until, cause), now);
    }

    /** The open time with back-off and jitter. Jitter only ever adds, so that nobody comes back early. */
    private long openTime(BreakerSettings settings, @Nullable FailureClass cause) {
        double first = Nanos.of(settings.openFor(cause));
        double longest = Math.max(first, (double) Nanos.of(settings.longestOpen()));
        double lengthened = Math.min(longest, first * Math.pow(settings.backOff(), openingsInARow));
        return (long) (lengthened * (1 + settings.jitter() * spread()));
    }

    /** 0 to 1, whatever the generator does. */
    private double spread() {
        try {
            double drawn = random.nextDouble();
            return drawn >= 0 && drawn <= 1 ? drawn : 0;
        } catch (Throwable broken) {
            Reports.failed(LOG, "No random number for the open time", name, broken);
            return 0;
        }
    }

    private void close(long now) {
        move(Phase.watching(++generations, BreakerState.CLOSED, phase.settings, now), now);
    }

    /** The one place where the state changes. */
    private void move(Phase next, long at) {
        BreakerState before = coarse(phase);
        phase = next;
        BreakerState after = coarse(next);
        if (after == BreakerState.OPEN) {
            totals.opened++;
            if (!inOutage && !retired) {
                inOutage = true;
                outage.opened(at);
            }
        }
        if (after != before && !silent) {
            outage.add(event(after, next, outage.instant().minusNanos(ticker.getAsLong() - at)));
        }
        if (after == BreakerState.CLOSED) {
            openingsInARow = 0;
            retryAfterUntil = null;
            leaveOutage(at);
        }
    }

    private void leaveOutage(long at) {
        if (inOutage) {
            inOutage = false;
            outage.closed(at, outage.instant().minusNanos(ticker.getAsLong() - at));
        }
    }

    /** The breaker was removed: it goes on for those who hold it, and is no part of its dependency any more. */
    void retire() {
        moving.lock();
        try {
            retired = true;
            silent = true;
            leaveOutage(ticker.getAsLong());
        } finally {
            moving.unlock();
        }
        outage.tell();
    }

    /** What listeners tell apart: closed, open, half-open. */
    private static BreakerState coarse(Phase phase) {
        if (phase.admitsAll) {
            return BreakerState.CLOSED;
        }
        return phase.state == BreakerState.OPEN || phase.state == BreakerState.FORCED_OPEN
                ? BreakerState.OPEN
                : BreakerState.HALF_OPEN;
    }

    private CircuitEvent event(BreakerState coarse, Phase moved, Instant at) {
        return switch (coarse) {
            case CLOSED -> new CircuitClosed(dependency, name, at);
            case HALF_OPEN -> new CircuitHalfOpened(dependency, name, at);
            default ->
                new CircuitOpened(
                        dependency,
                        name,
                        at,
                        moved.state == BreakerState.OPEN ? Duration.ofNanos(moved.openUntil - moved.since) : null,
                        moved.cause);
        };
    }

    /** How long calls are going to be rejected; 0 when one would be let through. Under the lock. */
    private static long waitNanos(Phase seen, long now) {
        if (seen.state == BreakerState.OPEN) {
            return Math.max(0, seen.openUntil - now);
        }
        if (seen.state == BreakerState.FORCED_OPEN) {
            return Nanos.of(seen.settings.openFor(null));
        }
        if (seen.trials != null) {
            return seen.trials.hasPlace() ? 0 : Math.max(AT_ONCE, seen.trials.untilPlace(now));
        }
        return seen.ramp == null ? 0 : Math.max(AT_ONCE, seen.ramp.left(now));
    }

    private static @Nullable FailureClass classOf(int outcome) {
        return Outcomes.isFailure(outcome) ? Outcomes.failureClass(outcome) : null;
    }

    @Override
    public String toString() {
        return "CircuitBreaker " + name + " " + phase.state;
    }
}
