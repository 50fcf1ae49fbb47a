package io.nestcms.metrics;

import io.nestcms.report.Reports;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something read from a store for several gauges: once per scrape, not once per gauge. A store that cannot be read shows as
 * "not a number", which a monitoring system tells from zero.
 */
final class Reading<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<T> source;
    private final LongSupplier ticker;
    private final AtomicReference<@Nullable Value<T>> latest = new AtomicReference<>();

    /** A value, or null when it could not be read, and when that was. */
    private record Value<T>(@Nullable T read, long at) {}

    Reading(Supplier<T> source, LongSupplier ticker) {
        this.source = source;
        this.ticker = ticker;
    }

    double value(ToDoubleFunction<T> part) {
        T read = fresh().read();
        return read == null ? Double.NaN : part.applyAsDouble(read);
    }

    private Value<T> fresh() {
        Value<T> value = latest.get();
        if (value == null || ticker.getAsLong() - value.at() >= FRESH) {
            value = new Value<>(read(), ticker.getAsLong());
            latest.set(value);
        }
        return value;
    }

    private @Nullable T read() {
        try {
            return source.get();
        } catch (Throwable broken) {
            Reports.failed(LOG, "What waits could not be read for the meters", null, broken);
            return null;
        }
    }
}
