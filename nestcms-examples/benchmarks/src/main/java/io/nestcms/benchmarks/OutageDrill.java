package io.nestcms.benchmarks;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.Bulkhead;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An outage to be survived: 200 callers, a gateway that is healthy, then hangs 30 s on each call, then is healthy again.
 * The breakers are the real ones; the callers, the gateway and the time are simulated, so that a run takes a second and is
 * the same each time.
 */
public final class OutageDrill {
    static final int CALLERS = 200;
    static final Duration HEALTHY_UNTIL = Duration.ofSeconds(30);
    static final Duration HANGING_UNTIL = Duration.ofSeconds(90);
    static final Duration END = Duration.ofSeconds(150);
    private static final long HANG_MILLIS = 30_000;
    private static final long CALL_TIMEOUT_MILLIS = 5_000;
    private static final long REJECTED_MILLIS = 1;
    private static final long THINK_MILLIS = 500;

    /** A call is normal when it was made and answered; life is normal when 99 % of a second's calls are. */
    private static final double NORMAL = 0.99;

    private final Random random = new Random(20260101);
    private final PriorityQueue<Step> agenda = new PriorityQueue<>();
    private final Guard guard;
    private final SimulatedTime time;
    private final int seconds = (int) END.toSeconds();
    private final int[] calls = new int[seconds];
    private final int[] good = new int[seconds];
    private final int[] mostHeld = new int[seconds];
    private final List<Long> answersInOutage = new ArrayList<>();
    private int held;
    private int reachedInOutage;
    private long steps;

    private OutageDrill(Guard guard, SimulatedTime time) {
        this.guard = guard;
        this.time = time;
    }

    /**
     * Runs the drill and writes {@code outage-drill.md} and {@code outage-drill.svg}.
     *
     * @param args the directory to write to
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Files.createDirectories(directory);
        List<Report> reports = runAll();
        Files.writeString(directory.resolve("outage-drill.md"), DrillPage.text(reports, FewCalls.runAll()));
        Files.writeString(directory.resolve("outage-drill.svg"), DrillPage.plot(reports));
    }

    /** All contestants, each with a gateway and callers of its own that behave alike. */
    static List<Report> runAll() {
        List<Report> reports = new ArrayList<>();
        SimulatedTime time = new SimulatedTime();
        reports.add(new OutageDrill(new Unprotected(), time).run("unprotected"));
        time = new SimulatedTime();
        reports.add(new OutageDrill(new TimeoutOnly(), time).run("call timeout of 5 s only"));
        time = new SimulatedTime();
        reports.add(new OutageDrill(new Theirs(time), time).run("Resilience4j"));
        time = new SimulatedTime();
        reports.add(new OutageDrill(new Ours(time), time).run("NestCMS"));
        time = new SimulatedTime();
        reports.add(new OutageDrill(new Bulkheaded(new Theirs(time)), time).run("Resilience4j and a bulkhead of 50"));
        time = new SimulatedTime();
        reports.add(new OutageDrill(new Bulkheaded(new Ours(time)), time).run("NestCMS and a bulkhead of 50"));
        return reports;
    }

    private Report run(String name) {
        for (int caller = 0; caller < CALLERS; caller++) {
            at(random.nextLong(THINK_MILLIS), this::begin);
        }
        for (Step step = agenda.poll(); step != null && step.at < END.toMillis(); step = agenda.poll()) {
            passUntil(step.at);
            step.what.run();
        }
        passUntil(END.toMillis() - 1);
        answersInOutage.sort(null);
        return new Report(
                name,
                percentile(0.5),
                percentile(0.99),
                mostHeldInOutage(),
                reachedInOutage,
                secondsUntilNormal(),
                mostHeld.clone());
    }

    /** Moves the time; a second in which nothing begins or ends holds what the one before held. */
    private void passUntil(long millis) {
        for (long second = time.millis / 1000; second <= millis / 1000; second++) {
            mostHeld[(int) second] = Math.max(mostHeld[(int) second], held);
        }
        time.millis = millis;
    }

    private void at(long millis, Runnable what) {
        agenda.add(new Step(millis, steps++, what));
    }

    private void begin() {
        long begun = time.millis;
        Object permit = guard.enter();
        if (permit == null) {
            at(begun + REJECTED_MILLIS, () -> answered(begun, false));
            return;
        }
        if (isOutage(begun)) {
            reachedInOutage++;
        }
        hold(1);
        long gateway = isOutage(begun) ? HANG_MILLIS : 40 + random.nextInt(21);
        long timeout = guard.timeoutMillis();
        boolean timedOut = gateway > timeout;
        at(begun + Math.min(gateway, timeout), () -> {
            hold(-1);
            guard.leave(permit, !timedOut, time.millis - begun);
            answered(begun, !timedOut);
        });
    }

    private void hold(int change) {
        held += change;
        passUntil(time.millis);
    }

    private void answered(long begun, boolean wasGood) {
        int second = (int) (begun / 1000);
        calls[second]++;
        if (wasGood) {
            good[second]++;
        }
        if (isOutage(begun)) {
            answersInOutage.add(time.millis - begun);
        }
        at(time.millis + THINK_MILLIS - 50 + random.nextInt(101), this::begin);
    }

    private static boolean isOutage(long millis) {
        return millis >= HEALTHY_UNTIL.toMillis() && millis < HANGING_UNTIL.toMillis();
    }

    private long percentile(double share) {
        return answersInOutage.get((int) Math.min(answersInOutage.size() - 1, answersInOutage.size() * share));
    }

    private int mostHeldInOutage() {
        int most = 0;
        for (int second = (int) HEALTHY_UNTIL.toSeconds(); second < HANGING_UNTIL.toSeconds(); second++) {
            most = Math.max(most, mostHeld[second]);
        }
        return most;
    }

    /** Seconds from the gateway's recovery until nearly all calls of every later second are normal. */
    private int secondsUntilNormal() {
        int last = (int) HANGING_UNTIL.toSeconds() - 1;
        // calls of the last second may still be on their way when the drill ends
        for (int second = last + 1; second < seconds - 1; second++) {
            if (calls[second] == 0 || good[second] < NORMAL * calls[second]) {
                last = second;
            }
        }
        return last + 1 - (int) HANGING_UNTIL.toSeconds();
    }

    /** How a contestant came through. */
    record Report(String name, long p50, long p99, int mostHeld, int reached, int untilNormal, int[] heldBySecond) {}

    /** Something that happens; of one moment, what was planned first. */
    private record Step(long at, long order, Runnable what) implements Comparable<Step> {
        @Override
        public int compareTo(Step other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /** The time of a run. */
    static final class SimulatedTime extends Clock {
        private long millis;

        void moveTo(long target) {
            millis = Math.max(millis, target);
        }

        long nanos() {
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** What stands between caller and gateway. */
    interface Guard {
        /** Leave to call, or {@code null}. */
        @Nullable Object enter();

        void leave(Object permit, boolean good, long tookMillis);

        /** Since when all calls are let through, in milliseconds, or {@code null}. */
        default @Nullable Long closedAt() {
            return null;
        }

        /** The call was not made after all. */
        default void giveBack(Object permit) {}

        default long timeoutMillis() {
            return CALL_TIMEOUT_MILLIS;
        }
    }

    /** No breaker, no timeout. */
    private static final class Unprotected implements Guard {
        @Override
        public Object enter() {
            return this;
        }

        @Override
        public void leave(Object permit, boolean good, long tookMillis) {}

        @Override
        public long timeoutMillis() {
            return Long.MAX_VALUE;
        }
    }

    /** The timeout that both breakers have too, by itself. */
    private static final class TimeoutOnly implements Guard {
        @Override
        public Object enter() {
            return this;
        }

        @Override
        public void leave(Object permit, boolean good, long tookMillis) {}
    }

    /** Resilience4j, set as its users would for such a gateway. */
    static final class Theirs implements Guard {
        private final SimulatedTime time;
        private final io.github.resilience4j.circuitbreaker.CircuitBreaker breaker;

        Theirs(SimulatedTime time) {
            this.time = time;
            breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                    "gateway",
                    CircuitBreakerConfig.custom()
                            .slidingWindowType(SlidingWindowType.TIME_BASED)
                            .slidingWindowSize(10)
                            .minimumNumberOfCalls(10)
                            .failureRateThreshold(50)
                            .slowCallDurationThreshold(Duration.ofSeconds(2))
                            .slowCallRateThreshold(80)
                            .waitDurationInOpenState(Duration.ofSeconds(5))
                            .permittedNumberOfCallsInHalfOpenState(10)
                            .clock(time)
                            .currentTimestampFunction(ignored -> time.nanos(), TimeUnit.NANOSECONDS)
                            .build());
        }

        @Override
        public @Nullable Object enter() {
            return breaker.tryAcquirePermission() ? this : null;
        }

        @Override
        public void leave(Object permit, boolean good, long tookMillis) {
            if (good) {
                breaker.onSuccess(tookMillis, TimeUnit.MILLISECONDS);
            } else {
                breaker.onError(tookMillis, TimeUnit.MILLISECONDS, new TimeoutException());
            }
        }

        @Override
        public @Nullable Long closedAt() {
            return breaker.getState() == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED
                    ? time.millis
                    : null;
        }

        @Override
        public void giveBack(Object permit) {
            breaker.releasePermission();
        }
    }

    /** NestCMS's settings for a gateway, as they are but for the window, which is the other's. */
    static final class Ours implements Guard {
        private final CircuitBreaker breaker;

        Ours(SimulatedTime time) {
            breaker = CircuitBreakers.builder()
                    .ticker(time::nanos)
                    .clock(time)
                    .random(new Random(1))
                    .build()
                    .create(
                            "gateway",
                            BreakerSettings.gateway()
                                    .timeWindow(Duration.ofSeconds(10))
                                    .build());
        }

        @Override
        public @Nullable Object enter() {
            Permit permit = breaker.tryAcquire();
            return permit.isRejected() ? null : permit;
        }

        @Override
        public void leave(Object permit, boolean good, long tookMillis) {
            if (good) {
                ((Permit) permit).success();
            } else {
                ((Permit) permit).failure(FailureClass.TIMEOUT);
            }
        }

        @Override
        public @Nullable Long closedAt() {
            BreakerSnapshot snapshot = breaker.snapshot();
            return snapshot.state() == BreakerState.CLOSED ? snapshot.since().toEpochMilli() : null;
        }

        @Override
        public void giveBack(Object permit) {
            ((Permit) permit).ignore();
        }
    }

    /** A breaker's guard with room for so many calls at a time behind it; the same for both. */
    private static final class Bulkheaded implements Guard {
        private static final int PLACES = 50;

        private final Guard breaker;
        private final Bulkhead bulkhead = Bulkhead.of(PLACES);

        Bulkheaded(Guard breaker) {
            this.breaker = breaker;
        }

        @Override
        public @Nullable Object enter() {
            Object permit = breaker.enter();
            if (permit != null && !bulkhead.tryAcquire()) {
                breaker.giveBack(permit);
                return null;
            }
            return permit;
        }

        @Override
        public void leave(Object permit, boolean good, long tookMillis) {
            bulkhead.release();
            breaker.leave(permit, good, tookMillis);
        }

        @Override
        public void giveBack(Object permit) {
            breaker.giveBack(permit);
        }
    }
}
