package io.nestcms.health;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.HealthChanged;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the parts of an application, side by side and within a time, and tells when one works better or worse than before.
 *
 * <pre>{@code
 * HealthChecks health = HealthChecks.builder()
 *         .required("database", () -> mongo.ping() ? Health.up() : Health.down("no primary"))
 *         .optional("gateway", HealthProbe.of(breaker))
 *         .listener(bus::publish)
 *         .build();
 * HealthReport report = health.check();
 * }</pre>
 *
 * <p>Safe for use by many threads. Starts no thread of its own.
 *
 * @since 0.1
 */
public final class HealthChecks {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

    /** The name under which the application as a whole is told of. */
    public static final String WHOLE = "application";

    private final List<Check> checks;
    private final long timeoutNanos;
    private final Executor executor;
    private final Clock clock;
    private final LongSupplier ticker;
    private final Consumer<? super SystemEvent> listener;
    private final ReentrantLock telling = new ReentrantLock();
    /** Guarded by the lock. */
    private final Map<String, HealthStatus> told = new LinkedHashMap<>();

    private HealthChecks(Builder builder) {
        this.checks = builder.probes.values().stream().map(Check::new).toList();
        this.timeoutNanos = builder.timeout.toNanos();
        this.executor = builder.executor;
        this.clock = builder.clock;
        this.ticker = builder.ticker;
        this.listener = builder.listener;
    }

    /**
     * Starts without a probe: an application without parts is up.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Looks at every part. Calls at the same time share a probe that is running. Repeatable.
     *
     * @return how the parts are; one that did not answer in time, or could not be asked, is down
     */
    public HealthReport check() {
        long begun = ticker.getAsLong();
        List<CompletableFuture<Answer>> asked = checks.stream().map(this::ask).toList();
        List<HealthReport.Component> components = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            Check check = checks.get(i);
            Answer answer = await(asked.get(i), timeoutNanos - (ticker.getAsLong() - begun));
            components.add(new HealthReport.Component(
                    check.probe.name(), check.probe.required(), answer.health(), Duration.ofNanos(answer.nanos())));
        }
        HealthReport report = new HealthReport(whole(components), components, clock.instant());
        tell(report);
        return report;
    }

    private CompletableFuture<Answer> ask(Check check) {
        return check.running(() -> {
            try {
                return CompletableFuture.supplyAsync(() -> look(check.probe), executor);
            } catch (Throwable full) {
                return CompletableFuture.completedFuture(new Answer(Health.down("could not be asked"), 0));
            }
        });
    }

    private Answer look(Probe probe) {
        long begun = ticker.getAsLong();
        Health health;
        try {
            health = Objects.requireNonNull(probe.probe().look(), "a probe found nothing");
        } catch (Throwable broken) {
            // never its message, which may hold anything
            LOG.debug("Probe {} failed: {}", probe.name(), broken.getClass().getName());
            health = Health.down(broken.getClass().getSimpleName());
        }
        return new Answer(health, ticker.getAsLong() - begun);
    }

    private Answer await(CompletableFuture<Answer> asked, long nanos) {
        Health late = Health.down("no answer within " + Duration.ofNanos(timeoutNanos));
        try {
            return asked.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException hanging) {
            return new Answer(late, timeoutNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(late, timeoutNanos);
        } catch (ExecutionException error) {
            // the clock's or the executor's, as look() lets nothing through
            return new Answer(Health.down("could not be asked"), 0);
        }
    }

    private static HealthStatus whole(List<HealthReport.Component> components) {
        HealthStatus worst = HealthStatus.UP;
        for (HealthReport.Component component : components) {
            HealthStatus status = component.health().status();
            if (status == HealthStatus.DOWN && component.required()) {
                return HealthStatus.DOWN;
            }
            worst = status == HealthStatus.UP ? worst : HealthStatus.DEGRADED;
        }
        return worst;
    }

    private void tell(HealthReport report) {
        telling.lock();
        try {
            for (HealthReport.Component component : report.components()) {
                tell(component.name(), component.health(), report.at());
            }
            tell(WHOLE, new Health(report.status(), ""), report.at());
        } finally {
            telling.unlock();
        }
    }

    /** In order, since whoever opens and resolves incidents by it must hear of the last change last. */
    private void tell(String component, Health health, Instant at) {
        HealthStatus before = told.getOrDefault(component, HealthStatus.UP);
        told.put(component, health.status());
        if (before == health.status()) {
            return;
        }
        LOG.info("{} is {} and was {} {}", component, health.status(), before, health.detail());
        try {
            listener.accept(new HealthChanged(component, at, before, health.status(), health.detail()));
        } catch (Throwable broken) {
            Reports.failed(LOG, "A listener failed on a change of", component, broken);
        }
    }

    private record Probe(String name, boolean required, HealthProbe probe) {}

    private record Answer(Health health, long nanos) {}

    /** A probe of which only one runs at a time, so that a hanging one holds one thread and not one for each check. */
    private static final class Check {
        private final Probe probe;
        private CompletableFuture<Answer> last =
                CompletableFuture.completedFuture(new Answer(Health.down("not asked yet"), 0));

        Check(Probe probe) {
            this.probe = probe;
        }

        synchronized CompletableFuture<Answer> running(Supplier<CompletableFuture<Answer>> start) {
            if (last.isDone()) {
                last = start.get();
            }
            return last;
        }
    }

    /**
     * Makes {@link HealthChecks}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private static final Duration LONGEST = Duration.ofMinutes(1);

        private final Map<String, Probe> probes = new LinkedHashMap<>();
        private Duration timeout = Duration.ofSeconds(2);
        private Executor executor = ForkJoinPool.commonPool();
        private Clock clock = Clock.systemUTC();
        private LongSupplier ticker = System::nanoTime;
        private Consumer<? super SystemEvent> listener = event -> {};

        private Builder() {}

        /**
         * Adds a part that the application cannot do without.
         *
         * @param name its name, not blank and not {@link #WHOLE}
         * @param probe looks at it
         * @return this builder
         * @throws InvalidInputException if the name is blank or was used before
         */
        public Builder required(String name, HealthProbe probe) {
            return add(new Probe(name, true, Objects.requireNonNull(probe, "probe")));
        }

        /**
         * Adds a part that the application can do without: when it is down, the application is degraded.
         *
         * @param name its name, not blank and not {@link #WHOLE}
         * @param probe looks at it
         * @return this builder
         * @throws InvalidInputException if the name is blank or was used before
         */
        public Builder optional(String name, HealthProbe probe) {
            return add(new Probe(name, false, Objects.requireNonNull(probe, "probe")));
        }

        private Builder add(Probe probe) {
            if (probe.name().isBlank()) {
                throw new InvalidInputException("name", "is blank", "a part needs a name");
            }
            if (probe.name().equals(WHOLE) || probes.putIfAbsent(probe.name(), probe) != null) {
                throw new InvalidInputException("name", "is taken", "each part has a name of its own");
            }
            return this;
        }

        /**
         * How long all probes together may take. Default 2 s.
         *
         * @param timeout 1 ms to 1 min
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder timeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
                throw new InvalidInputException("timeout", "is " + timeout, "1 ms to " + LONGEST);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * What runs the probes. Default the common pool. Not closed here.
         *
         * @param executor the executor; one that runs a task at once makes a hanging probe hang the check
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * What dates reports and events. Default the system's clock, in UTC.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * What measures how long probes take. Default {@link System#nanoTime()}.
         *
         * @param ticker gives nanoseconds that never go back, from any origin
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Hears every change, in order, on the thread that checks; for example {@code bus::publish}. What it throws is
         * logged. Default: none.
         *
         * @param listener returns soon
         * @return this builder
         */
        public Builder listener(Consumer<? super SystemEvent> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The checks.
         *
         * @return checks that have not looked yet
         */
        public HealthChecks build() {
            return new HealthChecks(this);
        }
    }
}
