package io.nestcms.mongo;

import com.mongodb.MongoClientSettings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsCommandListener;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsConnectionPoolListener;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of this module for Micrometer, which is an optional dependency: pool and commands per server by Micrometer's own
 * listeners, the splitter's routes, and the outbox's backlog and age.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class MongoMeters {
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final MeterRegistry registry;
    private final Clock clock;

    /**
     * Meters in a registry.
     *
     * @param registry where the meters go
     * @param clock tells the age of what waits
     */
    public MongoMeters(MeterRegistry registry, Clock clock) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * What {@link NestMongo.Builder#client(Consumer)} takes: {@code mongodb.driver.commands} and
     * {@code mongodb.driver.pool.*}, tagged by server.
     *
     * @return adds listeners to a client's settings
     */
    public Consumer<MongoClientSettings.Builder> ofClient() {
        return settings -> settings.addCommandListener(new MongoMetricsCommandListener(registry))
                .applyToConnectionPoolSettings(
                        pool -> pool.addConnectionPoolListener(new MongoMetricsConnectionPoolListener(registry)));
    }

    /**
     * Counts where the splitter sends what: {@code nestcms.mongo.splitter}, tagged by route.
     *
     * @param splitter the splitter
     */
    public void bind(ReadWriteSplitter splitter) {
        route(splitter, "write", SplitterCounts::writes);
        route(splitter, "read_primary", SplitterCounts::primaryReads);
        route(splitter, "read_spread", SplitterCounts::spreadReads);
        route(splitter, "fallback", SplitterCounts::fallbacks);
        route(splitter, "time_query", SplitterCounts::timeQueries);
        route(splitter, "read_stale", SplitterCounts::staleReads);
        route(splitter, "hedge", SplitterCounts::hedges);
        route(splitter, "hedge_won", SplitterCounts::hedgesWon);
        route(splitter, "hedge_withheld", SplitterCounts::hedgesWithheld);
    }

    /**
     * Times aggregations: {@code nestcms.mongo.aggregation}, tagged by name and by where the rows came from. For {@link
     * NestMongo.Builder#onAggregation}.
     *
     * @return takes each run
     */
    public Consumer<AggregationRun> ofAggregations() {
        return run -> {
            ReadAnswer.Origin origin = run.origin();
            Timer.builder("nestcms.mongo.aggregation")
                    .description("Aggregations by name and origin of the rows")
                    .tag("name", run.name())
                    .tag("origin", origin == null ? "failed" : origin.name().toLowerCase(Locale.ROOT))
                    .register(registry)
                    .record(run.took());
        };
    }

    private void route(ReadWriteSplitter splitter, String route, ToLongFunction<SplitterCounts> count) {
        FunctionCounter.builder("nestcms.mongo.splitter", splitter, it -> count.applyAsLong(it.counts()))
                .description("Reads and writes by route")
                .tag("route", route)
                .register(registry);
    }

    /**
     * Tells how much waits in an outbox and for how long: {@code nestcms.outbox.payments}, {@code nestcms.outbox.buried} and
     * {@code nestcms.outbox.age} in seconds. The outbox is asked at most every five seconds; while it does not answer, the
     * values are not numbers.
     *
     * @param outbox the outbox
     */
    public void bind(Outbox outbox) {
        Backlog backlog = new Backlog(outbox, clock);
        gauge("nestcms.outbox.payments", "Payments with waiting events", backlog, OutboxBacklog::payments);
        gauge("nestcms.outbox.buried", "Events taken out of the way", backlog, OutboxBacklog::buried);
        gauge("nestcms.outbox.age", "Seconds since the oldest waiting event was due", backlog, this::age);
    }

    private double age(OutboxBacklog backlog) {
        Instant oldest = backlog.oldest();
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toMillis() / 1000.0);
    }

    private void gauge(String name, String description, Backlog backlog, ToDoubleFunction<OutboxBacklog> value) {
        Gauge.builder(name, backlog, it -> {
                    OutboxBacklog now = it.now();
                    return now == null ? Double.NaN : value.applyAsDouble(now);
                })
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** The backlog, asked for once for the three gauges of a scrape. */
    private static final class Backlog {
        private final Outbox outbox;
        private final Clock clock;
        /** No monitor: it is held while the database answers, and would pin virtual threads. */
        private final ReentrantLock asking = new ReentrantLock();

        private @Nullable OutboxBacklog latest;
        private @Nullable Instant askedAt;

        Backlog(Outbox outbox, Clock clock) {
            this.outbox = outbox;
            this.clock = clock;
        }

        @Nullable OutboxBacklog now() {
            asking.lock();
            try {
                Instant now = clock.instant();
                if (askedAt == null || Duration.between(askedAt, now).compareTo(KEPT) >= 0) {
                    askedAt = now;
                    latest = ask();
                }
                return latest;
            } finally {
                asking.unlock();
            }
        }

        private @Nullable OutboxBacklog ask() {
            try {
                return outbox.backlog();
            } catch (NestMongoException unreachable) {
                org.slf4j.LoggerFactory.getLogger(MongoMeters.class)
                        .debug("The outbox's backlog could not be read", unreachable);
                return null;
            }
        }
    }
}
