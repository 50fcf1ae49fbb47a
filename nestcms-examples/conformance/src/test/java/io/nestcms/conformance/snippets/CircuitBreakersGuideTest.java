package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Fallback;
import dev.failsafe.Policy;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.okhttp.FailsafeCall;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.Bulkhead;
import io.nestcms.resilience.CallResult;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitOpenException;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import io.nestcms.resilience.Retry;
import io.nestcms.resilience.RetryBudget;
import io.nestcms.resilience.RetrySettings;
import io.nestcms.resilience.TimeLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What docs/guides/circuit-breakers.md shows. */
class CircuitBreakersGuideTest {
    private final CircuitBreakers breakers = CircuitBreakers.builder().build();
    private final CircuitBreaker breaker =
            breakers.create("rates", BreakerSettings.gateway().build());

    private String rate() {
        return "1.00";
    }

    private CompletionStage<String> rateLater() {
        return CompletableFuture.completedFuture("1.00");
    }

    @Test
    void direct() {
        CircuitBreaker rates =
                breakers.findOrCreate("rates", BreakerSettings.gateway().build());
        String rate = rates.call(() -> rate(), () -> "the last known rate");

        assertThat(rate).isEqualTo("1.00");
        assertThat(rates.snapshot().calls()).isEqualTo(1);
    }

    @Test
    void permit() {
        assertThat(byHand()).isEqualTo("1.00");
        breaker.forceOpen();
        assertThat(byHand()).startsWith("come back in PT5S");
    }

    private String byHand() {
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            return "come back in " + permit.retryAfter();
        }
        try {
            String rate = rate();
            permit.success();
            return rate;
        } catch (IllegalStateException failed) {
            permit.failure(FailureClass.SERVER_ERROR);
            throw failed;
        }
    }

    @Test
    void failsafe() throws Exception {
        Fallback<Object> fallback = Fallback.of("the last known rate");
        RetryPolicy<Object> retry = RetryPolicy.builder()
                .abortOn(CircuitOpenException.class)
                .withMaxRetries(2)
                .build();
        Timeout<Object> timeout = Timeout.of(Duration.ofSeconds(2));
        FailsafeExecutor<Object> executor = Failsafe.with(fallback, retry, breaker, timeout);

        Object now = executor.get(() -> rate());
        CompletableFuture<String> later = executor.getStageAsync(() -> rateLater());

        assertThat(now).isEqualTo("1.00");
        assertThat(later.get()).isEqualTo("1.00");
        assertThat(breaker.snapshot().calls()).isEqualTo(2);
        breaker.forceOpen();
        assertThat(executor.get(() -> rate())).isEqualTo("the last known rate");
    }

    @Test
    void okHttp() throws IOException {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().code(503).build());
            server.enqueue(new MockResponse.Builder().code(200).body("1.00").build());
            server.enqueue(new MockResponse.Builder().code(200).body("1.01").build());
            OkHttpClient client = new OkHttpClient();
            Request request = new Request.Builder().url(server.url("/rate")).build();

            Classifier<Response> byCode = Classifier.<Response>builder()
                    .failWhen(response -> response.code() >= 500, FailureClass.SERVER_ERROR)
                    .notSent(response -> response.code() == 429, FailureClass.THROTTLED)
                    .build();
            RetryPolicy<Response> retry = RetryPolicy.<Response>builder()
                    .handleResultIf(response -> response.code() >= 500)
                    .build();
            FailsafeCall.FailsafeCallBuilder guarded = FailsafeCall.with(retry).compose(breaker.policy(byCode));

            try (Response response = guarded.compose(client.newCall(request)).execute()) {
                assertThat(response.code()).isEqualTo(200);
            }

            try (Response response =
                    guarded.compose(client.newCall(request)).executeAsync().join()) {
                assertThat(response.code()).isEqualTo(200);
            }
            assertThat(breaker.snapshot().calls()).isEqualTo(3);
            assertThat(breaker.snapshot().failures()).containsEntry(FailureClass.SERVER_ERROR, 1L);
            breaker.forceOpen();
            assertThatThrownBy(() -> guarded.compose(client.newCall(request)).execute())
                    .isInstanceOf(CircuitOpenException.class);
            assertThatThrownBy(() -> guarded.compose(client.newCall(request))
                            .executeAsync()
                            .join())
                    .hasCauseInstanceOf(CircuitOpenException.class);
            assertThat(server.getRequestCount()).isEqualTo(3);
        }
    }

    @Test
    void okHttp_cancelled_isNoFailure() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            OkHttpClient client = new OkHttpClient();
            Request request = new Request.Builder().url(server.url("/rate")).build();
            FailsafeCall call = FailsafeCall.with(breaker.<Response>policy()).compose(client.newCall(request));
            CompletableFuture<Response> running = call.executeAsync();
            server.takeRequest();
            call.cancel();
            assertThat(running).isCompletedExceptionally();
            assertThat(breaker.snapshot().calls()).isZero();
            assertThat(breaker.snapshot().ignored()).isEqualTo(1);
        }
    }

    @Test
    void ownPolicies() {
        Classifier<String> classifier = Classifier.<String>builder()
                .notSent("busy"::equals, FailureClass.THROTTLED)
                .build();
        RetryBudget budget = RetryBudget.of(0.2, 10, Duration.ofMinutes(1));
        Duration deadline = Duration.ofSeconds(10);
        Retry<String> retry = Retry.builder(classifier)
                .settings(RetrySettings.defaults())
                .budget(budget)
                .within(deadline, System::nanoTime)
                .build();
        FailsafeExecutor<String> executor = Failsafe.with(List.<Policy<String>>of(
                TimeLimit.of(deadline), retry, breaker.policy(classifier), TimeLimit.of(Duration.ofSeconds(2))));

        String rate = executor.get(() -> rate());

        assertThat(rate).isEqualTo("1.00");
        assertThat(breaker.snapshot().calls()).isEqualTo(1);
    }

    @Test
    void protection() {
        Protection protection = Protection.builder(breaker)
                .deadline(Duration.ofSeconds(10))
                .attemptTimeout(Duration.ofSeconds(2))
                .retry(RetrySettings.defaults())
                .budget(RetryBudget.of(0.2, 10, Duration.ofMinutes(1)))
                .bulkhead(Bulkhead.of(20))
                .rateLimit(RateLimit.of(15, Duration.ofMinutes(1)))
                .build();

        CallResult<String> result = protection.call(attempt -> rate(), Classifier.byException());
        String text = result.fold(
                answered -> answered.value(), notCalled -> "not sent, come back in " + notCalled.retryAfter());

        assertThat(text).isEqualTo("1.00");
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void remove() {
        assertThat(breakers.remove("rates")).isTrue();
        assertThat(breakers.find("rates")).isEmpty();
    }
}
