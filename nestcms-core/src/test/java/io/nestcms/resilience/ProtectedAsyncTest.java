package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CallResult.NotCalled;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Asynchronous calls: each completes at the latest at its deadline, and its place returns when it has really ended. */
@Timeout(60)
class ProtectedAsyncTest {
    private static final Duration ATTEMPT = Duration.ofMillis(100);
    private static final Duration DEADLINE = Duration.ofMillis(300);
    private static final Classifier<Object> JUDGE = Classifier.byException();

    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer(time);
    private final Bulkhead bulkhead = Bulkhead.of(2);
    private final CircuitBreaker breaker = CircuitBreakers.builder()
            .ticker(time)
            .build()
            .create("bank", BreakerSettings.builder().minimumCalls(100).build());

    private Protection.Builder protection() {
        return Protection.builder(breaker)
                .ticker(time)
                .timer(timer)
                .bulkhead(bulkhead)
                .attemptTimeout(ATTEMPT)
                .deadline(DEADLINE)
                .retry(new RetrySettings(3, Duration.ofMillis(10), Duration.ofMillis(10), 0))
                .delayed(wait -> task -> timer.after(wait.toNanos(), task));
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(timer.planned()).as("plans that were not taken back").isZero();
    }

    static Stream<Throwable> anything() {
        return RegistryTest.anything();
    }

    @SuppressWarnings("unchecked") // that is what it is for
    static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    static Classifier<Object> throwing(Throwable failure) {
        return new Classifier<>() {
            @Override
            public Verdict ofResult(Object result) {
                throw ProtectedAsyncTest.<RuntimeException>sneaky(failure);
            }

            @Override
            public Verdict ofException(Throwable own) {
                throw ProtectedAsyncTest.<RuntimeException>sneaky(failure);
            }
        };
    }

    private CompletableFuture<CallResult<Object>> call(
            Protection protection, Function<? super Attempt, ? extends CompletionStage<Object>> call) {
        return protection.callAsync(call, JUDGE).toCompletableFuture();
    }

    private static @Nullable Throwable failure(CompletableFuture<?> future) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        // what depends on a future by more than this is completed with a wrapper, whose message is the cause's
        future.handle((value, thrown) -> {
            failure.set(thrown);
            return value;
        });
        return failure.get();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void callThrowsAnything_completesAndGivesItsPlaceBackAtOnce(Throwable own) {
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> {
            throw ProtectedAsyncTest.<RuntimeException>sneaky(own);
        });
        assertThat(failure(result)).isSameAs(own);
        assertThat(bulkhead.running()).isZero();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void classifierThrowsAnything_theAnswerOrTheFailureStays(Throwable broken) {
        Protection protection = protection().build();
        assertThat(protection
                        .<Object>callAsync(attempt -> CompletableFuture.completedFuture("paid"), throwing(broken))
                        .toCompletableFuture()
                        .join())
                .isEqualTo(new Answered<>("paid", 1));
        ConnectException own = new ConnectException();
        assertThat(failure(protection
                        .<Object>callAsync(attempt -> CompletableFuture.failedFuture(own), throwing(broken))
                        .toCompletableFuture()))
                .isSameAs(own);
        assertThat(own.getSuppressed()).contains(broken);
        assertThat(bulkhead.running()).isZero();
    }

    static Stream<Executor> executorsThatDoNot() {
        return Stream.of(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                task -> {},
                task -> {
                    throw ProtectedAsyncTest.<RuntimeException>sneaky(new java.io.IOException("checked"));
                });
    }

    @ParameterizedTest
    @MethodSource("executorsThatDoNot")
    void retryExecutorDoesNot_endsAsTheTryBeforeAtTheDeadlineAtTheLatest(Executor broken) {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<CallResult<Object>> result =
                call(protection().delayed(wait -> broken).build(), attempt -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(new ConnectException());
                });
        timer.advance(DEADLINE);
        assertThat(failure(result)).as("it was not sent, and that is known").isInstanceOf(ConnectException.class);
        assertThat(calls).hasValue(1);
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void retryExecutorThatThrowsOrGivesNone_endsAsTheTryBefore() {
        CompletableFuture<CallResult<Object>> result = call(
                protection()
                        .delayed(wait -> {
                            throw new IllegalStateException("shut down");
                        })
                        .build(),
                attempt -> CompletableFuture.failedFuture(new ConnectException()));
        assertThat(failure(result)).isInstanceOf(ConnectException.class);
    }

    @Test
    void retryExecutorThatRunsTwiceAndThenThrows_makesEachTryOnce() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<CallResult<Object>> result = call(
                protection()
                        .delayed(wait -> task -> {
                            task.run();
                            task.run();
                            throw new RejectedExecutionException();
                        })
                        .build(),
                attempt -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(new ConnectException());
                });
        assertThat(failure(result)).isInstanceOf(ConnectException.class);
        assertThat(calls).hasValue(3);
        assertThat(protection().build().snapshot().retries()).isZero();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void callersContextThrowsAnything_furtherTriesAreMade(Throwable broken) {
        for (boolean atCapture : new boolean[] {true, false}) {
            CompletableFuture<CallResult<Object>> result = call(
                    protection()
                            .context(() -> {
                                if (atCapture) {
                                    throw ProtectedAsyncTest.<RuntimeException>sneaky(broken);
                                }
                                Consumer<Runnable> throwing = task -> {
                                    throw ProtectedAsyncTest.<RuntimeException>sneaky(broken);
                                };
                                return throwing;
                            })
                            .build(),
                    attempt -> attempt.number() < 2
                            ? CompletableFuture.failedFuture(new ConnectException())
                            : CompletableFuture.completedFuture("paid"));
            timer.advance(DEADLINE);
            assertThat(result.join()).isEqualTo(new Answered<>("paid", 2));
        }
    }

    @Test
    void clientNeverAnswers_completesAtItsTimeAndKeepsItsPlace() {
        CompletableFuture<Object> client = new CompletableFuture<>();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> client);
        timer.advance(ATTEMPT.minusNanos(1));
        assertThat(result).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(failure(result)).isInstanceOf(CallTimeoutException.class);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
        assertThat(bulkhead.running()).as("the call still runs").isEqualTo(1);
        client.complete("paid");
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().calls()).as("counted once").isEqualTo(1);
    }

    @Test
    void dependencyThatHangs_manyGivenUp_losesNoPlaceAndNoResult() {
        AtomicInteger running = new AtomicInteger();
        Protection protection = protection().deadline(Duration.ofSeconds(10)).build();
        List<CompletableFuture<CallResult<Object>>> results = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            results.add(call(protection, attempt -> {
                CompletableFuture<Object> client = new CompletableFuture<>();
                running.incrementAndGet();
                timer.after(Duration.ofSeconds(3).toNanos(), () -> {
                    running.decrementAndGet();
                    client.complete("late");
                });
                return client;
            }));
            if (i % 3 == 0) {
                results.get(i).cancel(true);
            }
            timer.advance(Duration.ofMillis(20));
        }
        timer.advance(Duration.ofSeconds(10));
        assertThat(results).allMatch(CompletableFuture::isDone);
        assertThat(bulkhead.running()).isZero();
        assertThat(running).hasValue(0);
    }

    @Test
    void dependencyThatHangs_neverHasMoreCallsThanTheBulkheadAllows() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Protection protection = protection().build();
        for (int i = 0; i < 400; i++) {
            call(protection, attempt -> {
                CompletableFuture<Object> client = new CompletableFuture<>();
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                timer.after(Duration.ofSeconds(3).toNanos(), () -> {
                    running.decrementAndGet();
                    client.complete("late");
                });
                return client;
            });
            timer.advance(Duration.ofMillis(20));
        }
        assertThat(most).hasValue(2);
        timer.advance(Duration.ofSeconds(10));
        assertThat(bulkhead.running()).isZero();
    }

    /** A client's future that ends its call when it is cancelled. */
    private static final class Exchange extends CompletableFuture<Object> {
        private int aborted;

        @Override
        public boolean cancel(boolean mayInterrupt) {
            aborted++;
            return super.cancel(mayInterrupt);
        }
    }

    @Test
    void cancel_cancelsTheClient_countsNothingAndTriesNoMore() {
        Exchange client = new Exchange();
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> {
            calls.incrementAndGet();
            return client;
        });
        result.cancel(true);
        assertThat(client.aborted).isEqualTo(1);
        assertThat(bulkhead.running()).isZero();
        timer.advance(DEADLINE);
        assertThat(calls).hasValue(1);
        assertThat(breaker.snapshot().calls()).isZero();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @Test
    void cancel_ofAPlainFuture_keepsThePlaceUntilItsTimeIsOver() {
        CompletableFuture<Object> client = new CompletableFuture<>();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> client);
        result.cancel(true);
        assertThat(client).isCancelled();
        assertThat(bulkhead.running()).as("only its future was cancelled").isEqualTo(1);
        timer.advance(ATTEMPT);
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @Test
    void cancel_betweenTries_startsNoFurtherTry() {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> {
            calls.incrementAndGet();
            return CompletableFuture.failedFuture(new ConnectException());
        });
        result.cancel(false);
        timer.advance(DEADLINE);
        assertThat(calls).hasValue(1);
        assertThat(result).isCancelled();
    }

    @Test
    void timeout_ofAClientThatCanBeCancelled_cancelsItAndGivesItsPlaceBack() {
        Exchange client = new Exchange();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> client);
        timer.advance(ATTEMPT);
        assertThat(failure(result)).isInstanceOf(CallTimeoutException.class);
        assertThat(client.aborted).isEqualTo(1);
        assertThat(bulkhead.running()).isZero();
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L);
    }

    @Test
    void stageThatFailsWithoutACause_isAFailure() {
        CompletionException bare = new CompletionException("bare", null);
        assertThat(failure(call(protection().build(), attempt -> CompletableFuture.failedFuture(bare))))
                .isSameAs(bare);
    }

    @Test
    void lateAnswer_isATimeout() {
        CompletableFuture<Object> client = new CompletableFuture<>();
        CompletableFuture<CallResult<Object>> result = call(protection().build(), attempt -> client);
        time.advance(ATTEMPT.plusMillis(1));
        client.complete("paid");
        assertThat(failure(result)).isInstanceOf(CallTimeoutException.class);
    }

    @Test
    void circuitOpen_isNotCalledAndSaysForHowLong() {
        breaker.forceOpen();
        assertThat(call(protection().build(), attempt -> CompletableFuture.completedFuture("paid"))
                        .join())
                .isEqualTo(new NotCalled<>(Reason.CIRCUIT_OPEN, Duration.ofSeconds(30)));
    }

    @Test
    void realTime_whatFollowsATimeout_runsOnNoTimersThread() throws Exception {
        AtomicReference<String> thread = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Protection.builder(breaker)
                // long enough to ask for what follows before it is over
                .attemptTimeout(Duration.ofSeconds(1))
                .build()
                .<Object>callAsync(attempt -> new CompletableFuture<>(), JUDGE)
                .whenComplete((result, failure) -> {
                    thread.set(Thread.currentThread().getName());
                    ended.countDown();
                });
        ended.await();
        assertThat(thread.get()).startsWith("nestcms-timeout-");
    }

    @Test
    void realTime_oneThatBlocksAfterATimeout_holdsUpNobodyElse() throws Exception {
        Protection protection = Protection.builder(breaker)
                .attemptTimeout(Duration.ofMillis(10))
                .build();
        CountDownLatch blocked = new CountDownLatch(1);
        // not on this thread: a call that has timed out before handle is called runs it where it is called
        CompletionStage<Object> first = CompletableFuture.supplyAsync(() -> protection
                        .<Object>callAsync(attempt -> new CompletableFuture<>(), JUDGE)
                        .<Object>handle((result, failure) -> {
                            try {
                                blocked.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return "unblocked";
                        }))
                .thenCompose(Function.identity());
        assertThatThrownBy(() -> protection
                        .<Object>callAsync(attempt -> new CompletableFuture<>(), JUDGE)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(CallTimeoutException.class);
        blocked.countDown();
        assertThat(first.toCompletableFuture().get()).isEqualTo("unblocked");
    }

    @Test
    void breakersOwnAsync_cancelled_cancelsTheClientAndCountsNothing() {
        CompletableFuture<Object> client = new CompletableFuture<>();
        CompletableFuture<Object> result = breaker.callAsync(() -> client).toCompletableFuture();
        result.cancel(true);
        assertThat(client).isCancelled();
        assertThatThrownBy(result::join).isInstanceOf(CancellationException.class);
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @ParameterizedTest
    @MethodSource("anything")
    void breakersOwnAsync_throwsAnything_completes(Throwable own) {
        CompletableFuture<Object> result = breaker.callAsync(() -> {
                    throw ProtectedAsyncTest.<RuntimeException>sneaky(own);
                })
                .toCompletableFuture();
        assertThat(failure(result)).isSameAs(own);
        assertThat(breaker.callAsync(
                                () -> CompletableFuture.<Object>completedFuture("paid"),
                                throwing(own),
                                () -> CompletableFuture.completedFuture("no"))
                        .toCompletableFuture()
                        .join())
                .isEqualTo("paid");
    }
}
