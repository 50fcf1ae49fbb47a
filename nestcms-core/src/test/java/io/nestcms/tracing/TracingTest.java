package io.nestcms.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.context.CallerContext;
import io.nestcms.event.EventBus;
import io.nestcms.event.EventInterceptor;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CallResult;
import io.nestcms.resilience.CallResult.Answered;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RetrySettings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class TracingTest {
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final Tracer tracer = provider.get("test");

    private record Paid(String cart) {}

    @AfterEach
    void end() {
        provider.close();
        MDC.clear();
    }

    @Test
    void spans_listenerOnAnotherThread_isInThePublishersTrace() {
        try (EventBus bus =
                EventBus.builder().interceptor(Tracing.spans(tracer)).build()) {
            bus.subscribe(
                    Paid.class,
                    event -> {
                        throw new IllegalStateException("secret of " + event.cart());
                    },
                    SubscriptionSettings.<Paid>async()
                            .name("receipts")
                            .retry(1, Duration.ZERO, Duration.ZERO)
                            .build());
            Span request = tracer.spanBuilder("request").startSpan();
            try (Scope scope = request.makeCurrent()) {
                assertThat(scope).isNotNull();
                bus.publish(new Paid("ORD-1"));
            } finally {
                request.end();
            }
            await().until(() -> exporter.getFinishedSpanItems().size() == 2);
            SpanData handling = exporter.getFinishedSpanItems().stream()
                    .filter(span -> span.getName().equals("event Paid"))
                    .findFirst()
                    .orElseThrow();
            assertThat(handling.getTraceId()).isEqualTo(request.getSpanContext().getTraceId());
            assertThat(handling.getParentSpanId())
                    .isEqualTo(request.getSpanContext().getSpanId());
            assertThat(handling.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(handling.toString()).contains("receipts").doesNotContain("ORD-1");
        }
    }

    @Test
    void context_furtherTriesAndListeners_runInTheCallersTraceAndLoggingContext() {
        CallerContext both = CallerContext.logging().and(Tracing.context());
        CircuitBreaker breaker = CircuitBreakers.builder()
                .build()
                .create("gateway", BreakerSettings.builder().build());
        Protection protection = Protection.builder(breaker)
                .retry(new RetrySettings(2, Duration.ofMillis(1), Duration.ofMillis(1), 0))
                .context(both)
                .build();
        List<String> seen = new CopyOnWriteArrayList<>();
        Span request = tracer.spanBuilder("request").startSpan();
        CallResult<String> result;
        try (EventBus bus =
                EventBus.builder().interceptor(EventInterceptor.carrying(both)).build()) {
            bus.subscribe(
                    Paid.class,
                    event -> seen.add(now()),
                    SubscriptionSettings.<Paid>async().build());
            try (Scope scope = request.makeCurrent()) {
                assertThat(scope).isNotNull();
                MDC.put("request", "r-1");
                bus.publish(new Paid("ORD-1"));
                result = protection
                        .callAsync(
                                attempt -> {
                                    seen.add(now());
                                    return attempt.number() == 1
                                            ? CompletableFuture.failedStage(new ConnectException())
                                            : CompletableFuture.completedStage("done");
                                },
                                Classifier.<String>byException())
                        .toCompletableFuture()
                        .join();
            }
            await().until(() -> seen.size() == 3);
        }
        assertThat(result).isEqualTo(new Answered<>("done", 2));
        assertThat(seen).containsOnly(request.getSpanContext().getTraceId() + " r-1");
    }

    private static String now() {
        return Span.current().getSpanContext().getTraceId() + " " + MDC.get("request");
    }

    @Test
    void circuitEvents_areNotedOnTheSpanOfTheCallThatCausedThem() {
        CircuitBreaker breaker = CircuitBreakers.builder()
                .listener(Tracing.circuitEvents())
                .build()
                .create(
                        "gateway",
                        BreakerSettings.builder().countWindow(1).minimumCalls(1).build());
        Span request = tracer.spanBuilder("request").startSpan();
        try (Scope scope = request.makeCurrent()) {
            assertThat(scope).isNotNull();
            breaker.tryAcquire().failure(FailureClass.TIMEOUT);
            breaker.tryAcquire();
        } finally {
            request.end();
        }
        breaker.reset();
        assertThat(exporter.getFinishedSpanItems().get(0).getEvents())
                .extracting(event -> event.getName())
                .containsExactly("CircuitOpened", "ServiceUnavailable");
    }
}
