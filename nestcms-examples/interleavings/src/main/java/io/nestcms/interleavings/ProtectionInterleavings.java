package io.nestcms.interleavings;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.Bulkhead;
import io.nestcms.resilience.CallResult;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitEvent.CircuitClosed;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What ends a protected call, and what registry, limits and recovery do, two at a time. */
public final class ProtectionInterleavings {
    private ProtectionInterleavings() {}

    /** A client's future that ends its call when it is cancelled. */
    private static final class Exchange extends CompletableFuture<String> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            return super.cancel(mayInterrupt);
        }
    }

    /** The answer and the cancellation of an asynchronous call: it counts or is ignored, once, and its place returns. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "counted or ignored, and the place is free")
    @Outcome(expect = FORBIDDEN, desc = "counted twice or not at all, or the place is lost")
    @State
    public static class AnswerBesideCancel {
        private final CircuitBreaker breaker = Breakers.create().closed(event -> {});
        private final Bulkhead bulkhead = Bulkhead.of(1);
        private final Exchange client = new Exchange();
        private final CompletableFuture<CallResult<String>> call = Protection.builder(breaker)
                .bulkhead(bulkhead)
                .build()
                .callAsync(attempt -> client, Classifier.byException())
                .toCompletableFuture();

        @Actor
        public void answer() {
            client.complete("paid");
        }

        @Actor
        public void cancel() {
            call.cancel(true);
        }

        @Arbiter
        public void look(III_Result r) {
            BreakerSnapshot snapshot = breaker.snapshot();
            r.r1 = (int) snapshot.calls();
            r.r2 = (int) snapshot.ignored();
            r.r3 = bulkhead.running();
        }
    }

    /** Two that want one breaker get the same. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one breaker, and it is found")
    @Outcome(expect = FORBIDDEN, desc = "two breakers of one name")
    @State
    public static class FindOrCreate {
        private final CircuitBreakers breakers = CircuitBreakers.builder().build();
        private CircuitBreaker one;
        private CircuitBreaker other;

        @Actor
        public void first() {
            one = breakers.findOrCreate("b", BreakerSettings.builder().build());
        }

        @Actor
        public void second() {
            other = breakers.findOrCreate("b", BreakerSettings.builder().build());
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = one == other ? 1 : 0;
            r.r2 = breakers.find("b").orElse(null) == one ? 1 : 0;
        }
    }

    /** One call is allowed in the period: one of two gets it. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one call")
    @Outcome(expect = FORBIDDEN, desc = "two calls, or none")
    @State
    public static class OneCallOfALimit {
        private final RateLimit limit = RateLimit.of(1, Duration.ofDays(1), () -> 0);

        @Actor
        public void first(II_Result r) {
            r.r1 = limit.tryAcquire() ? 1 : 0;
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = limit.tryAcquire() ? 1 : 0;
        }
    }

    /** A place that is given back twice is one place. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "one place")
    @Outcome(expect = FORBIDDEN, desc = "the limit was raised, or a place was lost")
    @State
    public static class PlaceGivenBackTwice {
        private final Bulkhead bulkhead = Bulkhead.of(1);

        public PlaceGivenBackTwice() {
            bulkhead.tryAcquire();
        }

        @Actor
        public void first() {
            bulkhead.release();
        }

        @Actor
        public void second() {
            bulkhead.release();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = bulkhead.tryAcquire() ? 1 : 0;
            r.r2 = bulkhead.tryAcquire() ? 1 : 0;
        }
    }

    /** The time ended the recovery: a call and a look find it out together, and it is told once. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "closed, told once, the call let through")
    @Outcome(expect = FORBIDDEN, desc = "told twice or not at all, or the call was refused")
    @State
    public static class RecoveryEndedByTime {
        private final AtomicInteger told = new AtomicInteger();
        private volatile long now;
        private final CircuitBreaker breaker;

        public RecoveryEndedByTime() {
            breaker = CircuitBreakers.builder()
                    .ticker(() -> now)
                    .listener(event -> told.addAndGet(event instanceof CircuitClosed ? 1 : 0))
                    .build()
                    .create(
                            "b",
                            BreakerSettings.builder()
                                    .countWindow(1)
                                    .openFor(Duration.ofSeconds(1))
                                    .ramp(Duration.ofSeconds(1), 0.1, 0.5)
                                    .build());
            breaker.tryAcquire().failure(FailureClass.OTHER);
            now += Duration.ofSeconds(1).toNanos();
            breaker.tryAcquire().success();
            now += Duration.ofSeconds(2).toNanos();
        }

        @Actor
        public void call(III_Result r) {
            r.r3 = breaker.tryAcquire().isRejected() ? 0 : 1;
        }

        @Actor
        public void look() {
            breaker.snapshot();
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = breaker.state() == BreakerState.CLOSED ? 1 : 0;
            r.r2 = told.get();
        }
    }
}
