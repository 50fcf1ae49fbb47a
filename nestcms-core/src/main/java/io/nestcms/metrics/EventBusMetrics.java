package io.nestcms.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.event.EventBus;
import io.nestcms.event.EventInterceptor;
import io.nestcms.event.ListenerSnapshot;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Meters of an event bus: for each asynchronous listener, those subscribed later included, and, with
 * {@link #timing(MeterRegistry)}, of every handling.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.events.waiting</td><td>gauge by {@code listener}</td><td>events in the mailbox</td></tr>
 * <tr><td>nestcms.events.handled</td><td>counter by {@code listener}</td><td>handled events</td></tr>
 * <tr><td>nestcms.events.failed</td><td>counter by {@code listener}</td><td>events on which the last try failed</td></tr>
 * <tr><td>nestcms.events.retried</td><td>counter by {@code listener}</td><td>further tries</td></tr>
 * <tr><td>nestcms.events.rejected</td><td>counter by {@code listener}</td><td>events the mailbox did not take</td></tr>
 * <tr><td>nestcms.events.dropped</td><td>counter by {@code listener}</td><td>events that made room for newer ones</td></tr>
 * <tr><td>nestcms.events.dead</td><td>gauge</td><td>dead letters that are kept</td></tr>
 * <tr><td>nestcms.events.handling</td><td>timer by {@code listener} and {@code event}</td><td>each try; only with timing</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class EventBusMetrics implements MeterBinder {
    private final EventBus bus;

    /**
     * Meters of a bus.
     *
     * @param bus the bus
     */
    public EventBusMetrics(EventBus bus) {
        this.bus = Objects.requireNonNull(bus, "bus");
    }

    /**
     * An interceptor that times every handling.
     *
     * @param registry where the timers are
     * @return an interceptor for a bus's builder
     */
    public static EventInterceptor timing(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        return event -> (listener, next) -> Timer.builder("nestcms.events.handling")
                .tags("listener", listener, "event", event.getClass().getSimpleName())
                .register(registry)
                .record(next);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("nestcms.events.dead", bus, it -> it.deadLetters().size())
                .description("dead letters that are kept")
                .register(registry);
        bus.watch(name -> bind(name, registry));
    }

    private void bind(String listener, MeterRegistry registry) {
        Gauge.builder("nestcms.events.waiting", bus, it -> value(it, listener, ListenerSnapshot::waiting))
                .description("events in the mailbox")
                .tags("listener", listener)
                .register(registry);
        count("handled", listener, ListenerSnapshot::handled, registry);
        count("failed", listener, ListenerSnapshot::failed, registry);
        count("retried", listener, ListenerSnapshot::retried, registry);
        count("rejected", listener, ListenerSnapshot::rejected, registry);
        count("dropped", listener, ListenerSnapshot::dropped, registry);
    }

    private void count(
            String meter, String listener, ToDoubleFunction<ListenerSnapshot> value, MeterRegistry registry) {
        FunctionCounter.builder("nestcms.events." + meter, bus, it -> value(it, listener, value))
                .tags("listener", listener)
                .register(registry);
    }

    private static double value(EventBus bus, String listener, ToDoubleFunction<ListenerSnapshot> value) {
        return bus.listeners().stream()
                .filter(each -> each.name().equals(listener))
                .mapToDouble(value)
                .sum();
    }
}
