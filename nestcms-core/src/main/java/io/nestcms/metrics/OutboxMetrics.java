package io.nestcms.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import java.time.Clock;
import java.util.Objects;

/**
 * Meters of an outbox: what waits for delivery, how long, and what was given up. An age that grows means that a relay stands
 * still or that a listener keeps failing.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.outbox.waiting</td><td>gauge</td><td>payments with events that wait</td></tr>
 * <tr><td>nestcms.outbox.age</td><td>gauge, seconds</td><td>how long the longest waiting payment has been due; 0 without one</td></tr>
 * <tr><td>nestcms.outbox.left</td><td>gauge</td><td>payments with events that are left for a node with another listener or a newer version</td></tr>
 * <tr><td>nestcms.outbox.buried</td><td>gauge</td><td>events that were taken out of the way, once for each listener: dead letters</td></tr>
 * </table>
 *
 * <p>They read the store, once per scrape, and are not a number while it cannot be read. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class OutboxMetrics implements MeterBinder {
    private final Clock clock;
    private final Reading<OutboxBacklog> backlog;

    /**
     * Meters of an outbox.
     *
     * @param outbox the outbox
     * @param clock what ages are counted with; the one of the payments
     */
    public OutboxMetrics(Outbox outbox, Clock clock) {
        Objects.requireNonNull(outbox, "outbox");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.backlog = new Reading<>(outbox::backlog, System::nanoTime);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("nestcms.outbox.waiting", backlog, it -> it.value(OutboxBacklog::payments))
                .description("payments with events that wait for delivery")
                .strongReference(true)
                .register(registry);
        Gauge.builder("nestcms.outbox.age", backlog, it -> it.value(waiting -> Ages.seconds(waiting.oldest(), clock)))
                .description("how long the longest waiting payment has been due")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        Gauge.builder("nestcms.outbox.left", backlog, it -> it.value(OutboxBacklog::left))
                .description("payments with events that are left for other nodes")
                .strongReference(true)
                .register(registry);
        Gauge.builder("nestcms.outbox.buried", backlog, it -> it.value(OutboxBacklog::buried))
                .description("events that could not be delivered")
                .strongReference(true)
                .register(registry);
    }
}
