package io.nestcms.paytabs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;

/**
 * The meter of a client's calls.
 *
 * <table>
 * <caption>The meter</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>nestcms.paytabs.calls</td><td>timer by {@code gateway}, {@code operation} and {@code outcome}</td><td>whole calls: all
 * attempts and the waits between them</td></tr>
 * </table>
 *
 * <p>{@code operation} is the client's method in lower case ({@code charge}, {@code follow_up}, {@code transactions}), {@code outcome}
 * is {@code accepted}, {@code rejected}, {@code misconfigured}, {@code not_sent} or {@code indeterminate}; a decline is accepted. There
 * are no other values, so at most 90 series for each gateway. What the breakers did is told by the meters of {@code CircuitMetrics}.
 *
 * <p>Micrometer is optional: without it, leave this class alone. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsMetrics implements MeterBinder {
    private final PayTabsClient client;

    /**
     * The meter of a client.
     *
     * @param client for example that of {@link PayTabs#client()}; every gateway that makes its calls through it is measured too
     */
    public PayTabsMetrics(PayTabsClient client) {
        this.client = Objects.requireNonNull(client, "client");
    }

    /**
     * Measures all calls from now on. To be bound once for each registry.
     *
     * @param registry where the timers are
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        client.watch((gateway, api, outcome, time) -> Timer.builder("nestcms.paytabs.calls")
                .description("whole calls to PayTabs")
                .tags("gateway", gateway, "operation", api.label(), "outcome", outcome)
                .register(registry)
                .record(time));
    }
}
