package io.nestcms.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.service.ReconcilerSnapshot;
import io.nestcms.payment.store.DueBacklog;
import java.time.Clock;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a reconciler: what waits for it, how long, and what it does. An age that grows while runs go on means that the gateway
 * or the store does not answer, or that one reconciler is not enough.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.reconciler.due</td><td>gauge</td><td>payments that are due, of all nodes; counted up to 1,000</td></tr>
 * <tr><td>nestcms.reconciler.due.age</td><td>gauge, seconds</td><td>how long the longest overdue one has been due; 0 without
 * one</td></tr>
 * <tr><td>nestcms.reconciler.runs</td><td>counter</td><td>finished runs of this node</td></tr>
 * <tr><td>nestcms.reconciler.checks</td><td>counter by {@code result}</td><td>checks of this node: {@code moved} gave the payment another
 * status, {@code unchanged} did not, {@code failed} could not be made</td></tr>
 * <tr><td>nestcms.reconciler.idle</td><td>gauge, seconds</td><td>since this node's last run began; not a number before the
 * first</td></tr>
 * </table>
 *
 * <p>The first two read the store, once per scrape; they are not a number while it cannot be read. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ReconcilerMetrics implements MeterBinder {
    private static final int COUNTED = 1_000;

    private final Reconciler reconciler;
    private final Clock clock;
    private final Reading<DueBacklog> backlog;

    /**
     * Meters of a reconciler.
     *
     * @param reconciler the one that runs on this node
     * @param clock what ages are counted with; the one of the payments
     */
    public ReconcilerMetrics(Reconciler reconciler, Clock clock) {
        this.reconciler = Objects.requireNonNull(reconciler, "reconciler");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.backlog = new Reading<>(() -> reconciler.backlog(COUNTED), System::nanoTime);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("nestcms.reconciler.due", backlog, it -> it.value(DueBacklog::payments))
                .description("payments that are due, counted up to " + COUNTED)
                .strongReference(true)
                .register(registry);
        Gauge.builder("nestcms.reconciler.due.age", backlog, it -> it.value(due -> Ages.seconds(due.oldest(), clock)))
                .description("how long the longest overdue payment has been due")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        Gauge.builder("nestcms.reconciler.idle", reconciler, it -> idle(it.snapshot()))
                .description("since the last run began")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder(
                        "nestcms.reconciler.runs",
                        reconciler,
                        it -> it.snapshot().runs())
                .description("finished runs")
                .register(registry);
        checks("moved", ReconcilerSnapshot::moved, registry);
        checks("unchanged", ReconcilerSnapshot::unchanged, registry);
        checks("failed", ReconcilerSnapshot::failed, registry);
    }

    private double idle(ReconcilerSnapshot snapshot) {
        return snapshot.lastRunAt() == null ? Double.NaN : Ages.seconds(snapshot.lastRunAt(), clock);
    }

    private void checks(String result, ToDoubleFunction<ReconcilerSnapshot> value, MeterRegistry registry) {
        FunctionCounter.builder("nestcms.reconciler.checks", reconciler, it -> value.applyAsDouble(it.snapshot()))
                .description("payments looked at")
                .tags("result", result)
                .register(registry);
    }
}
