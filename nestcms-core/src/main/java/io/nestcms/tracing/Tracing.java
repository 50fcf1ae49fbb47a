package io.nestcms.tracing;

import io.nestcms.context.CallerContext;
import io.nestcms.event.EventInterceptor;
import io.nestcms.resilience.CircuitEvent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What NestCMS tells OpenTelemetry. Needs {@code opentelemetry-api}, which is an optional dependency; nothing else here does.
 *
 * <p>Safe for use by many threads; keeps no state.
 *
 * @since 0.1
 */
public final class Tracing {
    private static final AttributeKey<String> DEPENDENCY = AttributeKey.stringKey("nestcms.dependency");
    private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("nestcms.listener");
    private static final AttributeKey<String> EVENT = AttributeKey.stringKey("nestcms.event");

    private Tracing() {}

    /**
     * The trace of the caller, for the further tries of a call and for the listeners of an event.
     *
     * @return carries OpenTelemetry's current context
     */
    public static CallerContext context() {
        return () -> {
            Context captured = Context.current();
            return task -> captured.wrap(task).run();
        };
    }

    /**
     * A span for each try of each listener, inside the publisher's trace. Its name is {@code event <type>}; it carries the
     * listener's name and never anything of the event itself.
     *
     * @param tracer makes the spans
     * @return an interceptor for a bus's builder; it carries the publisher's context as {@link #context()} does
     */
    public static EventInterceptor spans(Tracer tracer) {
        Objects.requireNonNull(tracer, "tracer");
        return event -> {
            Context published = Context.current();
            String type = event.getClass().getSimpleName();
            return (listener, next) -> {
                Span span = tracer.spanBuilder("event " + type)
                        .setParent(published)
                        .setAttribute(LISTENER, listener)
                        .setAttribute(EVENT, type)
                        .startSpan();
                try (Scope scope = published.with(span).makeCurrent()) {
                    Objects.requireNonNull(scope);
                    next.run();
                } catch (Throwable e) {
                    // the type only: a message may quote what it is about
                    span.setStatus(StatusCode.ERROR, e.getClass().getName());
                    throw e;
                } finally {
                    span.end();
                }
            };
        };
    }

    /**
     * Notes every circuit event on the span of the call that caused it.
     *
     * @return a listener for {@code CircuitBreakers}, alone or before another one
     */
    public static Consumer<CircuitEvent> circuitEvents() {
        return event -> {
            Span span = Span.current();
            if (span.isRecording()) {
                span.addEvent(event.getClass().getSimpleName(), Attributes.of(DEPENDENCY, event.dependency()));
            }
        };
    }
}
