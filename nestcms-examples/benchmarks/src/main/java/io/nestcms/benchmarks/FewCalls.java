package io.nestcms.benchmarks;

import io.nestcms.benchmarks.OutageDrill.Guard;
import io.nestcms.benchmarks.OutageDrill.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that is well again, and more or fewer callers: how long the circuit takes to close, and how many are refused
 * meanwhile although the gateway would answer them.
 */
final class FewCalls {
    private static final long ANSWER_MILLIS = 50;
    private static final int FAILURES_BEFORE = 20;

    private final Guard guard;
    private final SimulatedTime time;
    private final PriorityQueue<Ending> endings = new PriorityQueue<>();
    private @Nullable Long firstThrough;
    private @Nullable Long closed;
    private int refused;

    private FewCalls(Guard guard, SimulatedTime time) {
        this.guard = guard;
        this.time = time;
    }

    /** A call on its way. */
    private record Ending(long at, Object permit) implements Comparable<Ending> {
        @Override
        public int compareTo(Ending other) {
            return Long.compare(at, other.at);
        }
    }

    /**
     * How one fared at one rate.
     *
     * @param name whose breaker it is
     * @param every the time between two calls
     * @param untilClosed from the first call that got through until the circuit closed
     * @param refused callers who were refused although the gateway was well
     */
    record Row(String name, Duration every, Duration untilClosed, int refused) {}

    static List<Row> runAll() {
        List<Row> rows = new ArrayList<>();
        for (Duration every :
                List.of(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMillis(1))) {
            SimulatedTime time = new SimulatedTime();
            rows.add(new FewCalls(new OutageDrill.Theirs(time), time).run("Resilience4j", every));
            time = new SimulatedTime();
            rows.add(new FewCalls(new OutageDrill.Ours(time), time).run("NestCMS", every));
        }
        return rows;
    }

    private Row run(String name, Duration every) {
        for (int i = 0; i < FAILURES_BEFORE; i++) {
            Object permit = guard.enter();
            if (permit != null) {
                guard.leave(permit, false, ANSWER_MILLIS);
            }
        }
        // from here on the gateway answers; the callers are not in step with the breaker
        long next = every.toMillis() / 2;
        while (closed == null) {
            endUntil(next);
            time.moveTo(next);
            look();
            call(next);
            next += every.toMillis();
        }
        long from = firstThrough == null ? 0 : firstThrough;
        return new Row(name, every, Duration.ofMillis(closed - from), refused);
    }

    private void call(long now) {
        Object permit = guard.enter();
        if (permit == null) {
            refused++;
            return;
        }
        if (firstThrough == null) {
            firstThrough = now;
        }
        endings.add(new Ending(now + ANSWER_MILLIS, permit));
    }

    private void endUntil(long millis) {
        for (Ending each = endings.peek(); each != null && each.at <= millis; each = endings.peek()) {
            endings.remove();
            time.moveTo(each.at);
            guard.leave(each.permit, true, ANSWER_MILLIS);
            look();
        }
    }

    private void look() {
        if (closed == null && firstThrough != null) {
            closed = guard.closedAt();
        }
    }
}
