package io.nestcms.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.search.Search;
import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Meters of every circuit breaker, those made later included. All carry the tags {@code breaker} and {@code dependency}.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.circuit.state</td><td>gauge by {@code state}</td><td>1 for the present state, 0 for the others</td></tr>
 * <tr><td>nestcms.circuit.calls</td><td>counter</td><td>calls whose results were counted</td></tr>
 * <tr><td>nestcms.circuit.failures</td><td>counter by {@code class}</td><td>failed calls</td></tr>
 * <tr><td>nestcms.circuit.slow</td><td>counter</td><td>slow calls</td></tr>
 * <tr><td>nestcms.circuit.rejected</td><td>counter</td><td>rejected calls</td></tr>
 * <tr><td>nestcms.circuit.late</td><td>counter</td><td>results that came after the breaker had moved on</td></tr>
 * <tr><td>nestcms.circuit.leaked</td><td>counter</td><td>trial calls that were never reported</td></tr>
 * <tr><td>nestcms.circuit.opened</td><td>counter</td><td>openings</td></tr>
 * <tr><td>nestcms.circuit.score</td><td>gauge</td><td>at 1 the breaker opens</td></tr>
 * <tr><td>nestcms.circuit.admitted</td><td>gauge</td><td>share of calls let through, 0 to 1</td></tr>
 * <tr><td>nestcms.circuit.retry.after</td><td>gauge, seconds</td><td>how long calls are going to be rejected</td></tr>
 * </table>
 *
 * <p>A breaker that was removed from the registry is shown until another one takes its name. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class CircuitMetrics implements MeterBinder {
    private final CircuitBreakers breakers;

    /**
     * Meters of a registry's breakers.
     *
     * @param breakers the registry
     */
    public CircuitMetrics(CircuitBreakers breakers) {
        this.breakers = Objects.requireNonNull(breakers, "breakers");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        breakers.watch(breaker -> bind(breaker, registry));
    }

    private static void bind(CircuitBreaker breaker, MeterRegistry registry) {
        Tags tags = Tags.of("breaker", breaker.name(), "dependency", breaker.dependency());
        // one of the same name that was removed would go on being shown
        Search.in(registry)
                .name(name -> name.startsWith("nestcms.circuit."))
                .tags(tags)
                .meters()
                .forEach(registry::remove);
        for (BreakerState state : BreakerState.values()) {
            Gauge.builder("nestcms.circuit.state", breaker, it -> it.snapshot().state() == state ? 1 : 0)
                    .description("1 for the present state, 0 for the others")
                    .tags(tags.and("state", lowerCase(state)))
                    .register(registry);
        }
        for (FailureClass failureClass : FailureClass.values()) {
            count(
                    "failures",
                    "failed calls",
                    it -> it.failures().getOrDefault(failureClass, 0L),
                    breaker,
                    tags.and("class", lowerCase(failureClass)),
                    registry);
        }
        count("calls", "calls whose results were counted", BreakerSnapshot::calls, breaker, tags, registry);
        count("slow", "slow calls", BreakerSnapshot::slow, breaker, tags, registry);
        count("rejected", "rejected calls", BreakerSnapshot::rejected, breaker, tags, registry);
        count("late", "results that came too late to count", BreakerSnapshot::late, breaker, tags, registry);
        count("leaked", "trial calls never reported", BreakerSnapshot::leaked, breaker, tags, registry);
        count("opened", "openings", BreakerSnapshot::opened, breaker, tags, registry);
        gauge("score", "at 1 the breaker opens", BreakerSnapshot::score, breaker, tags, registry);
        gauge("admitted", "share of calls let through", BreakerSnapshot::admittedShare, breaker, tags, registry);
        Gauge.builder(
                        "nestcms.circuit.retry.after",
                        breaker,
                        it -> it.snapshot().retryAfter().toMillis() / 1000.0)
                .description("how long calls are going to be rejected")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry);
    }

    private static void count(
            String name,
            String description,
            ToDoubleFunction<BreakerSnapshot> value,
            CircuitBreaker breaker,
            Tags tags,
            MeterRegistry registry) {
        FunctionCounter.builder("nestcms.circuit." + name, breaker, it -> value.applyAsDouble(it.snapshot()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static void gauge(
            String name,
            String description,
            ToDoubleFunction<BreakerSnapshot> value,
            CircuitBreaker breaker,
            Tags tags,
            MeterRegistry registry) {
        Gauge.builder("nestcms.circuit." + name, breaker, it -> value.applyAsDouble(it.snapshot()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
