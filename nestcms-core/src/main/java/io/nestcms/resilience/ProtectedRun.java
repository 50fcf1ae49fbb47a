package io.nestcms.resilience;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.Policy;
import dev.failsafe.spi.ExecutionResult;
import io.nestcms.report.Reports;
import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One protected call: the policies around it and what they have in common, from its first try to its last. */
final class ProtectedRun<T extends @Nullable Object> {
    private static final Logger LOG = LoggerFactory.getLogger(Protection.class);

    private final Protection protection;
    private final Verdicts<T> verdicts;
    private final Deadline by;
    private final AtomicReference<@Nullable ExecutionResult<T>> between = new AtomicReference<>();

    private volatile int number;
    private volatile Duration timeout = Duration.ZERO;
    /** The place of the try that is about to begin, until its call takes it over. */
    private final AtomicReference<@Nullable Place> place = new AtomicReference<>();

    private volatile @Nullable Throwable thrown;
    private volatile boolean cancelled;

    ProtectedRun(Protection protection, Classifier<? super T> classifier, Deadline by) {
        this.protection = protection;
        this.verdicts = new Verdicts<>(classifier);
        this.by = by;
    }

    /** Makes the call on this thread. */
    <X extends Exception> CallResult<T> call(ProtectedCall<? extends T, X> call) {
        try {
            T value = Failsafe.with(policies(true)).get(context -> runOnce(call));
            return new Answered<>(value, number);
        } catch (NotCalledException refusal) {
            return new NotCalled<>(refusal.reason, refusal.retryAfter);
        } catch (FailsafeException wrapped) {
            Throwable own = wrapped.getCause();
            throw ProtectedRun.<RuntimeException>asIs(own != null && own == thrown ? own : wrapped);
        } finally {
            give(place.getAndSet(null));
        }
    }

    private T runOnce(ProtectedCall<? extends T, ?> call) throws Exception {
        Place mine = place.getAndSet(null);
        try {
            return call.run(next());
        } catch (Throwable failure) {
            thrown = failure;
            throw failure;
        } finally {
            give(mine);
        }
    }

    private Attempt next() {
        int present = number + 1;
        number = present;
        return new Attempt(present, timeout, by);
    }

    /** The policies, outermost first. */
    private List<Policy<T>> policies(boolean mayWait) {
        Protection parts = protection;
        Retry.Builder<T> retry = Retry.<T>builder(verdicts)
                .settings(parts.retry)
                .random(parts.random)
                .pause(parts.pause)
                .by(by)
                .counting(parts.retries, parts.retriesDenied);
        if (parts.budget != null) {
            retry.budget(parts.budget);
        }
        List<Policy<T>> policies = new ArrayList<>();
        if (!mayWait) {
            policies.add(limit(by::remaining));
            retry.later(laterUnderTheCallersContext(), between);
        }
        policies.add(retry.build());
        policies.add(new Gate<>(() -> checkTime(mayWait)));
        policies.add(new BreakerPolicy<>(
                parts.breaker.circuit(),
                verdicts,
                () -> parts.refusal(Reason.CIRCUIT_OPEN, parts.breaker.circuit().waitAfterRejection())));
        policies.add(new Gate<>(() -> enter(mayWait)));
        policies.add(limit(() -> {
            Duration left = by.atMost(parts.attemptTimeout);
            timeout = left;
            return left;
        }));
        return policies;
    }

    private TimeLimit<T> limit(Supplier<Duration> time) {
        return new TimeLimit<>(time, protection.ticker, protection.timer, this::isNoSuccess, between::get);
    }

    private boolean isNoSuccess(ExecutionResult<T> late) {
        Verdict verdict = verdicts.ofResult(late.getResult());
        return verdict.failureClass().isPresent() || verdict.isNotSent();
    }

    private @Nullable NotCalledException checkTime(boolean onTheCallersThread) {
        if (by.isOver()) {
            return protection.refusal(Reason.OUT_OF_TIME, Duration.ZERO);
        }
        return (onTheCallersThread || number == 0) && Thread.currentThread().isInterrupted()
                ? protection.refusal(Reason.INTERRUPTED, Duration.ZERO)
                : null;
    }

    /** Takes what one try needs behind the breaker, or says why it cannot be made; what was taken is then given back. */
    private @Nullable NotCalledException enter(boolean mayWait) {
        // of a try that was never made
        give(place.getAndSet(null));
        Bulkhead bulkhead = protection.bulkhead;
        Place taken = null;
        NotCalledException refusal = null;
        try {
            if (bulkhead != null) {
                if (!(mayWait ? bulkhead.tryAcquire(by.remaining()) : bulkhead.tryAcquire())) {
                    return protection.refusal(Reason.BULKHEAD_FULL, Duration.ZERO);
                }
                taken = new Place(bulkhead);
            }
            refusal = checkAgain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return protection.refusal(Reason.INTERRUPTED, Duration.ZERO);
        } catch (Throwable broken) {
            give(taken);
            throw broken;
        }
        if (refusal != null) {
            give(taken);
        } else {
            place.set(taken);
        }
        return refusal;
    }

    private @Nullable NotCalledException checkAgain() {
        RateLimit rateLimit = protection.rateLimit;
        if (by.isOver()) {
            return protection.refusal(Reason.OUT_OF_TIME, Duration.ZERO);
        }
        return rateLimit != null && !rateLimit.tryAcquire()
                ? protection.refusal(Reason.RATE_LIMITED, rateLimit.retryAfter())
                : null;
    }

    private static void give(@Nullable Place place) {
        if (place != null) {
            place.give();
        }
    }

    /** A place in the bulkhead. Given back once. */
    private static final class Place {
        private final Bulkhead bulkhead;
        private final AtomicBoolean given = new AtomicBoolean();

        Place(Bulkhead bulkhead) {
            this.bulkhead = bulkhead;
        }

        void give() {
            if (given.compareAndSet(false, true)) {
                bulkhead.release();
            }
        }
    }

    /** Starts the call on this thread; the rest happens on whichever thread the end of a try comes. */
    CompletionStage<CallResult<T>> callAsync(Function<? super Attempt, ? extends CompletionStage<T>> call) {
        CompletableFuture<CallResult<T>> done = new CompletableFuture<>();
        CompletableFuture<T> running;
        try {
            running = Failsafe.with(policies(false)).with(AtOnce.INSTANCE).getStageAsync(context -> start(call));
        } catch (Throwable broken) {
            give(place.getAndSet(null));
            done.completeExceptionally(broken);
            return done;
        }
        Ends.of(running, (value, failure) -> {
            give(place.getAndSet(null));
            if (failure == null) {
                done.complete(new Answered<>(value, number));
            } else if (failure instanceof NotCalledException refusal) {
                done.complete(new NotCalled<>(refusal.reason, refusal.retryAfter));
            } else {
                done.completeExceptionally(failure);
            }
        });
        Ends.of(done, (result, failure) -> {
            if (!running.isDone()) {
                cancelled = true;
                running.cancel(true);
            }
        });
        return done;
    }

    /** Makes one try. What it gives is not the client's own stage: whoever gives that one up must know what it is. */
    private CompletionStage<T> start(Function<? super Attempt, ? extends CompletionStage<T>> call) {
        Place mine = place.getAndSet(null);
        Deadline limit = Deadline.after(timeout, protection.ticker);
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(call.apply(next()), "call returned no stage");
        } catch (Throwable failure) {
            give(mine);
            return CompletableFuture.failedFuture(asCause(failure));
        }
        CompletableFuture<T> relay = new CompletableFuture<>();
        AtomicBoolean onlyLooksEnded = new AtomicBoolean();
        try {
            Ends.of(stage, (value, failure) -> {
                if (!onlyLooksEnded.get()) {
                    give(mine);
                }
                if (failure == null) {
                    relay.complete(value);
                } else {
                    relay.completeExceptionally(asCause(Judge.unwrapped(failure)));
                }
            });
        } catch (Throwable failure) {
            give(mine);
            relay.completeExceptionally(asCause(failure));
        }
        Ends.of(relay, (value, failure) -> {
            if (relay.isCancelled() && stage instanceof Future<?> future && !future.isDone()) {
                giveUp(future, mine, limit, onlyLooksEnded);
            }
        });
        return relay;
    }

    private void giveUp(Future<?> future, @Nullable Place mine, Deadline limit, AtomicBoolean onlyLooksEnded) {
        if (Cancelling.hasAWayOfItsOwn(future)) {
            cancel(future);
        } else if (cancelled) {
            // its producer may look at it before it sends; that it has ended cannot be seen any more
            onlyLooksEnded.set(true);
            cancel(future);
            if (mine != null) {
                protection.timer.after(Nanos.of(limit.remaining()), mine::give);
            }
        }
        // a plain future whose time is over stays what it is, or nobody would learn when its call has really ended
    }

    private static void cancel(Future<?> future) {
        try {
            future.cancel(true);
        } catch (Throwable broken) {
            Reports.failed(LOG, "A call cannot be cancelled", future.getClass(), broken);
        }
    }

    /** Failsafe takes the cause of such an exception for the failure, and none for none. */
    private static Throwable asCause(Throwable failure) {
        return failure instanceof CompletionException ? new CompletionException(failure) : failure;
    }

    private Retry.Later laterUnderTheCallersContext() {
        Consumer<Runnable> callers = callersContext();
        return (wait, task) -> protection.delayed.apply(wait).execute(() -> {
            AtomicBoolean begun = new AtomicBoolean();
            Runnable once = () -> {
                if (begun.compareAndSet(false, true)) {
                    task.run();
                }
            };
            try {
                callers.accept(once);
            } catch (Throwable broken) {
                Reports.failed(LOG, "A further try runs without the caller's context", callers.getClass(), broken);
            }
            once.run();
        });
    }

    private Consumer<Runnable> callersContext() {
        try {
            return protection.context.capture();
        } catch (Throwable broken) {
            Reports.failed(LOG, "Further tries run without the caller's context", protection.context, broken);
            return Runnable::run;
        }
    }

    @SuppressWarnings("unchecked") // the compiler does not look, and the caller declared what the call may throw
    private static <E extends Throwable> RuntimeException asIs(Throwable failure) throws E {
        throw (E) failure;
    }
}
