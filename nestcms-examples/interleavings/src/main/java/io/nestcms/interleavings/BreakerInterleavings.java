package io.nestcms.interleavings;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Acquire, record, and what moves a breaker, two at a time. */
public final class BreakerInterleavings {
    private BreakerInterleavings() {}

    private static int number(boolean value) {
        return value ? 1 : 0;
    }

    /** One trial call is allowed: one of two callers gets it, always. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one trial call")
    @Outcome(expect = FORBIDDEN, desc = "two trial calls, or none")
    @State
    public static class TrialPlace {
        private final CircuitBreaker breaker = Breakers.create().aboutToTry();

        @Actor
        public void first(II_Result r) {
            r.r1 = number(!breaker.tryAcquire().isRejected());
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = number(!breaker.tryAcquire().isRejected());
        }
    }

    /** Two failures open the breaker, once, and the outage is announced once. */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "opened once, both failures counted")
    @Outcome(expect = FORBIDDEN, desc = "not opened, opened twice, told twice, or a failure lost")
    @State
    public static class TwoFailures {
        private final AtomicInteger opened = new AtomicInteger();
        private final AtomicInteger unavailable = new AtomicInteger();
        private final CircuitBreaker breaker = Breakers.create().closed(event -> {
            opened.addAndGet(number(event instanceof CircuitOpened));
            unavailable.addAndGet(number(event instanceof ServiceUnavailable));
        });
        private final Permit one = breaker.tryAcquire();
        private final Permit other = breaker.tryAcquire();

        @Actor
        public void first() {
            one.failure(FailureClass.TIMEOUT);
            breaker.tryAcquire();
        }

        @Actor
        public void second() {
            other.failure(FailureClass.TIMEOUT);
            breaker.tryAcquire();
        }

        @Arbiter
        public void look(III_Result r) {
            boolean isOpen = breaker.state() == BreakerState.OPEN;
            r.r1 = isOpen ? opened.get() : -1;
            r.r2 = unavailable.get();
            r.r3 = breaker.snapshot().failures().get(FailureClass.TIMEOUT).intValue();
        }
    }

    /** A result that comes while the breaker is opened by hand counts before it or is late, and never closes it. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "counted before, or late")
    @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or it moved the breaker")
    @State
    public static class LateResult {
        private final CircuitBreaker breaker = Breakers.create().closed(event -> {});
        private final Permit permit = breaker.tryAcquire();

        @Actor
        public void result() {
            permit.success();
        }

        @Actor
        public void opening() {
            breaker.forceOpen();
        }

        @Arbiter
        public void look(III_Result r) {
            BreakerSnapshot snapshot = breaker.snapshot();
            r.r1 = (int) snapshot.calls();
            r.r2 = (int) snapshot.late();
            r.r3 = number(snapshot.state() == BreakerState.FORCED_OPEN);
        }
    }

    /** The answer of a trial call and the end of its time: one of the two decides, not both. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the answer closed the breaker")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the trial was lost, its answer late")
    @Outcome(expect = FORBIDDEN, desc = "both counted, or neither")
    @State
    public static class TrialAtItsEnd {
        private final Breakers breakers = Breakers.create();
        private final CircuitBreaker breaker = breakers.aboutToTry();
        private final Permit trial = breaker.tryAcquire();

        public TrialAtItsEnd() {
            breakers.advance(Breakers.PROBE_TIMEOUT);
        }

        @Actor
        public void answer() {
            trial.success();
        }

        @Actor
        public void look() {
            breaker.snapshot();
        }

        @Arbiter
        public void look(III_Result r) {
            BreakerSnapshot snapshot = breaker.snapshot();
            r.r1 = number(snapshot.state() == BreakerState.CLOSED);
            r.r2 = (int) snapshot.leaked();
            r.r3 = (int) snapshot.late();
        }
    }

    /** A success that is only added up, because the window holds nothing else, beside a failure that takes a place in it. */
    @JCStressTest
    @Outcome(id = "2, 1, 4", expect = ACCEPTABLE, desc = "the failure is in the window, all calls are counted")
    @Outcome(id = "2, 0, 4", expect = FORBIDDEN, desc = "the failure was pushed out by one success of a window of two")
    @Outcome(expect = FORBIDDEN, desc = "a call was lost")
    @State
    public static class SuccessBesideFailure {
        private final CircuitBreaker breaker = Breakers.create().closed(event -> {});
        private final Permit good;
        private final Permit bad;

        public SuccessBesideFailure() {
            breaker.tryAcquire().success();
            breaker.tryAcquire().success();
            good = breaker.tryAcquire();
            bad = breaker.tryAcquire();
        }

        @Actor
        public void success() {
            good.success();
        }

        @Actor
        public void failure() {
            bad.failure(FailureClass.OTHER);
        }

        @Arbiter
        public void look(III_Result r) {
            BreakerSnapshot snapshot = breaker.snapshot();
            r.r1 = (int) snapshot.windowCalls();
            r.r2 = (int) snapshot.windowFailures();
            r.r3 = (int) snapshot.calls();
        }
    }

    /** Settings that change while a call is being recorded lose no call of the window and none of the total. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "in the old window and carried over, or in the new one")
    @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "in the window, not in the total")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE,
            desc = "recorded into the window that was just being copied: counted, not watched")
    @Outcome(expect = FORBIDDEN, desc = "lost or counted twice")
    @State
    public static class ChangeOfSettings {
        private final CircuitBreaker breaker = Breakers.create().closed(event -> {});
        private final Permit permit = breaker.tryAcquire();

        @Actor
        public void result() {
            permit.failure(FailureClass.OTHER);
        }

        @Actor
        public void change() {
            breaker.change(
                    BreakerSettings.builder().countWindow(10).minimumCalls(10).build());
        }

        @Arbiter
        public void look(II_Result r) {
            BreakerSnapshot snapshot = breaker.snapshot();
            r.r1 = (int) snapshot.windowCalls();
            r.r2 = snapshot.failures().get(FailureClass.OTHER).intValue();
        }
    }
}
