package io.nestcms.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.ProtectionSnapshot;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Meters of one protection. All carry the tags {@code breaker} and {@code dependency} of the breaker inside.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.protection.calls</td><td>counter</td><td>protected calls</td></tr>
 * <tr><td>nestcms.protection.retries</td><td>counter</td><td>further tries</td></tr>
 * <tr><td>nestcms.protection.retries.denied</td><td>counter</td><td>further tries that the budget did not allow</td></tr>
 * <tr><td>nestcms.protection.turned.away</td><td>counter by {@code reason}</td><td>tries that were not made</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ProtectionMetrics implements MeterBinder {
    private final Protection protection;

    /**
     * Meters of a protection.
     *
     * @param protection the protection
     */
    public ProtectionMetrics(Protection protection) {
        this.protection = Objects.requireNonNull(protection, "protection");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Tags tags = Tags.of(
                "breaker",
                protection.breaker().name(),
                "dependency",
                protection.breaker().dependency());
        count("calls", "protected calls", ProtectionSnapshot::calls, tags, registry);
        count("retries", "further tries", ProtectionSnapshot::retries, tags, registry);
        count(
                "retries.denied",
                "further tries that the budget did not allow",
                ProtectionSnapshot::retriesDenied,
                tags,
                registry);
        for (Reason reason : Reason.values()) {
            count(
                    "turned.away",
                    "tries that were not made",
                    it -> it.turnedAway().getOrDefault(reason, 0L),
                    tags.and("reason", reason.name().toLowerCase(Locale.ROOT)),
                    registry);
        }
    }

    private void count(
            String meter,
            String description,
            ToDoubleFunction<ProtectionSnapshot> value,
            Tags tags,
            MeterRegistry registry) {
        FunctionCounter.builder("nestcms.protection." + meter, protection, it -> value.applyAsDouble(it.snapshot()))
                .description(description)
                .tags(tags)
                .register(registry);
    }
}
