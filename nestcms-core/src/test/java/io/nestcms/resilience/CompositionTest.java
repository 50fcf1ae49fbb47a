package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.failsafe.Bulkhead;
import dev.failsafe.Call;
import dev.failsafe.Execution;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Fallback;
import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.RateLimiter;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.function.ContextualSupplier;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.PolicyExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The breaker among Failsafe's policies and others, in every way to run something: each execution counts on it, once. */
@org.junit.jupiter.api.Timeout(60)
class CompositionTest {
    private final ManualTime time = new ManualTime();
    private final CircuitBreakers breakers =
            CircuitBreakers.builder().ticker(time).build();
    private final CircuitBreaker breaker = breakers.create(
            "bank",
            BreakerSettings.builder()
                    .countWindow(100)
                    .minimumCalls(100)
                    .openFor(Duration.ofSeconds(5))
                    .trialCalls(1)
                    .build());
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** A way to run something through an executor; gives the result or throws what came out. */
    enum Way {
        GET {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                return executor.get(call::call);
            }
        },
        RUN {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                List<Object> result = new ArrayList<>();
                executor.run(() -> result.add(call.call()));
                return result.isEmpty() ? "fallen back" : result.get(result.size() - 1);
            }
        },
        CALL {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                return executor.newCall((ContextualSupplier<Object, Object>) context -> call.call())
                        .execute();
            }
        },
        ASYNC {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                return executor.getAsync(call::call).join();
            }
        },
        STAGE {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                return executor.getStageAsync(() -> {
                            try {
                                return CompletableFuture.completedFuture(call.call());
                            } catch (IOException failure) {
                                return CompletableFuture.failedFuture(failure);
                            }
                        })
                        .join();
            }
        },
        DETACHED {
            @Override
            Object run(FailsafeExecutor<Object> executor, Callable<Object> call) {
                return executor.getAsyncExecution(execution -> {
                            try {
                                execution.recordResult(call.call());
                            } catch (IOException failure) {
                                execution.recordException(failure);
                            }
                        })
                        .join();
            }
        };

        abstract Object run(FailsafeExecutor<Object> executor, Callable<Object> call);
    }

    /** Who else is there: what stands outside of the breaker and what inside. */
    enum Company {
        ALONE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(breaker);
            }
        },
        RETRY_OUTSIDE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(retry(), breaker);
            }
        },
        RETRY_INSIDE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(breaker, retry());
            }
        },
        OUR_RETRY_OUTSIDE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(ourRetry(), breaker);
            }
        },
        TIMEOUT_OUTSIDE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(Timeout.of(Duration.ofSeconds(30)), breaker);
            }
        },
        TIMEOUT_INSIDE {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(breaker, Timeout.of(Duration.ofSeconds(30)));
            }
        },
        OUR_LIMITS {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(
                        TimeLimit.of(Duration.ofSeconds(60)),
                        ourRetry(),
                        breaker,
                        TimeLimit.of(Duration.ofSeconds(30)));
            }
        },
        BULKHEAD {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(breaker, Bulkhead.of(2));
            }
        },
        ALL_OF_THEM {
            @Override
            List<Policy<Object>> around(Policy<Object> breaker) {
                return List.of(
                        Timeout.of(Duration.ofSeconds(60)),
                        retry(),
                        breaker,
                        RateLimiter.burstyBuilder(1000, Duration.ofSeconds(1)).build(),
                        Bulkhead.of(2),
                        new Passing(),
                        Timeout.of(Duration.ofSeconds(30)));
            }
        };

        abstract List<Policy<Object>> around(Policy<Object> breaker);

        /** How often a call that fails for ever is made. */
        int tries() {
            return switch (this) {
                case RETRY_OUTSIDE, RETRY_INSIDE, ALL_OF_THEM -> 3;
                case OUR_RETRY_OUTSIDE, OUR_LIMITS -> 2;
                default -> 1;
            };
        }

        /** How many of these are executions for the breaker. */
        int counted() {
            return this == RETRY_INSIDE ? 1 : tries();
        }

        private static RetryPolicy<Object> retry() {
            return RetryPolicy.builder()
                    .abortOn(CircuitOpenException.class)
                    .withMaxRetries(2)
                    .build();
        }

        private static Retry<Object> ourRetry() {
            return Retry.builder(Classifier.builder()
                            .notSent(IOException.class, FailureClass.CONNECT)
                            .build())
                    .settings(new RetrySettings(2, Duration.ZERO, Duration.ZERO, 0))
                    .budget(RetryBudget.of(1, 10, Duration.ofSeconds(10)))
                    .build();
        }
    }

    /** A policy of somebody else's that does nothing. */
    private static final class Passing implements Policy<Object> {
        @Override
        public PolicyConfig<Object> getConfig() {
            return NoListeners.config();
        }

        @Override
        public PolicyExecutor<Object> toExecutor(int policyIndex) {
            return new PolicyExecutor<>(this, policyIndex) {};
        }
    }

    static Stream<Arguments> matrix() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Company.values()).map(with -> Arguments.of(way, with)));
    }

    private static Throwable unwrapped(Throwable failure) {
        boolean wrapped = failure instanceof CompletionException || failure.getClass() == FailsafeException.class;
        Throwable cause = failure.getCause();
        return wrapped && cause != null ? unwrapped(cause) : failure;
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void success_isReturnedAndCountsOnce(Way way, Company company) {
        FailsafeExecutor<Object> executor = Failsafe.with(company.around(breaker));
        assertThat(way.run(executor, () -> "paid")).isEqualTo("paid");
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
        assertThat(breaker.snapshot().failures())
                .allSatisfy((kind, count) -> assertThat(count).isZero());
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void failure_isThrownAndEveryExecutionCounts(Way way, Company company) {
        FailsafeExecutor<Object> executor = Failsafe.with(company.around(breaker));
        AtomicInteger calls = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> way.run(executor, () -> {
            calls.incrementAndGet();
            throw new IOException("broken");
        }));
        assertThat(unwrapped(thrown)).hasMessage("broken");
        assertThat(calls).hasValue(company.tries());
        assertThat(breaker.snapshot().calls()).isEqualTo(company.counted());
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.OTHER, (long) company.counted());
        assertThat(breaker.snapshot().ignored()).isZero();
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void open_nothingIsCalled(Way way, Company company) {
        FailsafeExecutor<Object> executor = Failsafe.with(company.around(breaker));
        breaker.forceOpen();
        AtomicInteger calls = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> way.run(executor, calls::incrementAndGet));
        assertThat(unwrapped(thrown))
                .isInstanceOfSatisfying(
                        CircuitOpenException.class,
                        open -> assertThat(open.retryAfter()).isPositive());
        assertThat(calls).hasValue(0);
        assertThat(breaker.snapshot().rejected()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void open_fallbackAnswers(Way way, Company company) {
        List<Policy<Object>> policies = new ArrayList<>();
        policies.add(Fallback.<Object>of("fallen back"));
        policies.addAll(company.around(breaker));
        breaker.forceOpen();
        assertThat(way.run(Failsafe.with(policies), () -> "paid")).isEqualTo("fallen back");
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void trial_closesTheBreakerAndLeaksNoPlace(Way way, Company company) {
        CircuitBreaker quick = breakers.create(
                "quick",
                BreakerSettings.builder()
                        .countWindow(1)
                        .openFor(Duration.ofSeconds(5))
                        .trialCalls(1)
                        .build());
        FailsafeExecutor<Object> executor = Failsafe.with(company.around(quick));
        assertThat(catchThrowable(() -> way.run(executor, () -> {
                    throw new IOException("broken");
                })))
                .isNotNull();
        assertThat(quick.state()).isEqualTo(BreakerState.OPEN);
        time.advance(Duration.ofSeconds(5));
        assertThat(way.run(executor, () -> "paid")).isEqualTo("paid");
        assertThat(quick.state()).isEqualTo(BreakerState.CLOSED);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void typedClassifier_judgesTheAnswer(Way way, Company company) {
        if (way == Way.RUN || company == Company.RETRY_INSIDE) {
            // the one has no answer, the other one execution for all tries
            return;
        }
        Policy<Object> typed = breaker.policy(Classifier.builder()
                .failWhen("503"::equals, FailureClass.SERVER_ERROR)
                .build());
        assertThat(way.run(Failsafe.with(company.around(typed)), () -> "503")).isEqualTo("503");
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.SERVER_ERROR, 1L);
    }

    @Test
    void timeoutOfFailsafe_insideOrOutside_countsAsATimeout() {
        for (boolean inside : new boolean[] {true, false}) {
            for (boolean interrupting : new boolean[] {true, false}) {
                breaker.reset();
                var builder = Timeout.builder(Duration.ofMillis(50));
                Timeout<Object> timeout = interrupting ? builder.withInterrupt().build() : builder.build();
                List<Policy<Object>> policies = inside ? List.of(breaker, timeout) : List.of(timeout, breaker);
                CompletableFuture<Object> never = new CompletableFuture<>();
                assertThatThrownBy(() -> Failsafe.with(policies)
                                .getStageAsync(() -> never)
                                .join())
                        .hasCauseInstanceOf(dev.failsafe.TimeoutExceededException.class);
                Awaitility.await()
                        .untilAsserted(() ->
                                assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 1L));
                assertThat(breaker.snapshot().calls()).isEqualTo(1);
            }
        }
    }

    @Test
    void timeLimit_insideTheBreaker_interruptsAndCountsAsATimeout() {
        CountDownLatch never = new CountDownLatch(1);
        FailsafeExecutor<Object> executor =
                Failsafe.with(List.of(breaker, TimeLimit.<Object>of(Duration.ofMillis(50))));
        assertThatThrownBy(() -> executor.get(() -> {
                    never.await();
                    return "paid";
                }))
                .isInstanceOf(CallTimeoutException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThatThrownBy(() -> executor.getStageAsync(CompletableFuture::new).join())
                .hasCauseInstanceOf(CallTimeoutException.class);
        assertThatThrownBy(() -> executor.getAsync(() -> {
                            never.await();
                            return "paid";
                        })
                        .join())
                .hasCauseInstanceOf(CallTimeoutException.class);
        assertThatThrownBy(() -> executor.getAsyncExecution(execution -> {}).join())
                .as("nobody ever records a result")
                .hasCauseInstanceOf(CallTimeoutException.class);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.TIMEOUT, 4L);
        assertThat(breaker.snapshot().calls()).isEqualTo(4);
    }

    @Test
    void cancel_ofAFutureOrACall_countsNothingAndFreesTheTrial() throws Exception {
        CircuitBreaker quick = breakers.create(
                "quick",
                BreakerSettings.builder()
                        .countWindow(1)
                        .openFor(Duration.ofSeconds(5))
                        .trialCalls(1)
                        .build());
        quick.tryAcquire().failure(FailureClass.OTHER);
        time.advance(Duration.ofSeconds(5));
        FailsafeExecutor<Object> executor = Failsafe.<Object, Policy<Object>>with(quick);
        CompletableFuture<Object> client = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Object> staged = executor.getStageAsync(() -> {
            begun.countDown();
            return client;
        });
        begun.await();
        staged.cancel(true);
        Awaitility.await().until(() -> quick.snapshot().ignored() == 1);
        CompletableFuture<Object> detached = executor.getAsyncExecution(execution -> {});
        detached.cancel(false);
        assertThat(quick.snapshot().ignored()).isEqualTo(2);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Call<Object> call = executor.newCall((ContextualSupplier<Object, Object>) context -> {
            inside.countDown();
            never.await();
            return "paid";
        });
        // the thread that made the call is the one that is interrupted
        Thread caller = Thread.currentThread();
        threads.execute(() -> {
            try {
                inside.await();
                call.cancel(true);
            } catch (InterruptedException e) {
                caller.interrupt();
            }
        });
        assertThat(catchThrowable(call::execute)).isNotNull();
        Thread.interrupted();
        assertThat(quick.snapshot().ignored()).isEqualTo(3);
        assertThat(quick.snapshot().calls()).as("the one that opened it").isEqualTo(1);
        assertThat(executor.get(() -> "paid")).isEqualTo("paid");
        assertThat(quick.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void cancel_beforeItBegan_freesTheTrial() {
        FailsafeExecutor<Object> executor = Failsafe.<Object, Policy<Object>>with(breaker)
                .with((callable, delay, unit) ->
                        Executors.newSingleThreadScheduledExecutor().schedule(callable, 1, TimeUnit.DAYS));
        CompletableFuture<Object> future = executor.getAsync(() -> "paid");
        future.cancel(true);
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @Test
    void schedulerThatRejects_countsNothing() {
        ExecutorService shut = Executors.newSingleThreadExecutor();
        shut.shutdown();
        FailsafeExecutor<Object> executor =
                Failsafe.<Object, Policy<Object>>with(breaker).with(shut);
        assertThat(executor.getAsync(() -> "paid")).isCompletedExceptionally();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
        assertThat(breaker.snapshot().calls()).isZero();
    }

    @Test
    void bulkheadOfFailsafeInside_full_isNoFailureOfTheDependency() {
        Bulkhead<Object> bulkhead = Bulkhead.of(1);
        assertThat(bulkhead.tryAcquirePermit()).isTrue();
        assertThatThrownBy(() -> Failsafe.with(List.of(breaker, bulkhead)).get(() -> "paid"))
                .isInstanceOf(dev.failsafe.BulkheadFullException.class);
        assertThat(breaker.snapshot().calls()).isZero();
        assertThat(breaker.snapshot().ignored()).isEqualTo(1);
    }

    @Test
    void executionByHand_everyResultCounts() {
        Execution<Object> execution = Execution.of(breaker);
        execution.recordResult("paid");
        assertThat(execution.isComplete()).isTrue();
        Execution.of(breaker).recordException(new IOException());
        Execution.of(breaker).complete();
        assertThat(breaker.snapshot().calls()).isEqualTo(3);
        assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.OTHER, 1L);
        breaker.forceOpen();
        Execution.of(breaker).recordResult("late");
        assertThat(breaker.snapshot().calls()).isEqualTo(3);
        assertThat(breaker.snapshot().late()).isEqualTo(1);
    }

    @Test
    void detachedExecution_completedByHand_countsAsASuccess() {
        Failsafe.<Object, Policy<Object>>with(breaker)
                .runAsyncExecution(dev.failsafe.AsyncExecution::complete)
                .join();
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
    }

    @Test
    void policyInsideThatThrows_countsNothing() {
        Policy<Object> broken = new Policy<>() {
            @Override
            public PolicyConfig<Object> getConfig() {
                return NoListeners.config();
            }

            @Override
            public PolicyExecutor<Object> toExecutor(int policyIndex) {
                return new PolicyExecutor<>(this, policyIndex) {
                    @Override
                    protected void onSuccess(ExecutionResult<Object> result) {
                        throw new IllegalStateException("predicate");
                    }
                };
            }
        };
        FailsafeExecutor<Object> executor = Failsafe.with(List.of(breaker, broken));
        assertThat(catchThrowable(() -> executor.get(() -> "paid"))).hasMessage("predicate");
        assertThat(catchThrowable(() -> executor.getAsync(() -> "paid").join())).isNotNull();
        assertThat(breaker.snapshot().ignored()).isEqualTo(2);
    }

    @Test
    void oneBreaker_manyTypes_isOneBreaker() {
        Policy<Integer> numbers = breaker.policy();
        Policy<String> texts = breaker.policy();
        assertThat(Failsafe.with(numbers).get(() -> 1)).isEqualTo(1);
        assertThat(Failsafe.with(texts).get(() -> "one")).isEqualTo("one");
        assertThat(breaker.<String, RuntimeException>call(() -> "direct")).isEqualTo("direct");
        assertThat(breaker.snapshot().calls()).isEqualTo(3);
    }

    @Test
    void ourRetry_insideAFailsafeTimeout_isEndedByIt() {
        Retry<Object> retry = Retry.builder(Classifier.builder()
                        .notSent(IOException.class, FailureClass.CONNECT)
                        .build())
                .settings(new RetrySettings(100, Duration.ofMinutes(1), Duration.ofMinutes(1), 0))
                .build();
        AtomicInteger calls = new AtomicInteger();
        for (boolean async : new boolean[] {false, true}) {
            FailsafeExecutor<Object> executor = Failsafe.with(List.of(
                    Timeout.builder(Duration.ofMillis(50)).withInterrupt().build(), retry, breaker));
            Callable<Object> call = () -> {
                calls.incrementAndGet();
                throw new IOException();
            };
            Throwable thrown = catchThrowable(() -> (async ? Way.ASYNC : Way.GET).run(executor, call));
            assertThat(unwrapped(thrown)).isInstanceOf(dev.failsafe.TimeoutExceededException.class);
        }
        assertThat(calls).hasValue(2);
    }
}
