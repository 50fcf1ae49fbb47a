package io.nestcms.incident;

import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent;
import io.nestcms.system.SystemEvent.BackupCompleted;
import io.nestcms.system.SystemEvent.BackupFailed;
import io.nestcms.system.SystemEvent.HealthChanged;
import io.nestcms.system.SystemEvent.IncidentOpened;
import io.nestcms.system.SystemEvent.IncidentResolved;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong and what was, on this node: one open incident for each subject, however often something goes wrong with it.
 *
 * <pre>{@code
 * Incidents incidents = Incidents.builder().listener(bus::publish).build();
 * incidents.follow(bus);
 * }</pre>
 *
 * <p>Safe for use by many threads. Kept in memory: the events are what lasts.
 *
 * @since 0.1
 */
public final class Incidents {
    private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

    private final Clock clock;
    private final Supplier<String> ids;
    private final int keep;
    private final Consumer<? super SystemEvent> listener;
    private final ReentrantLock lock = new ReentrantLock();
    /** By subject; guarded by the lock. */
    private final Map<String, Incident> open = new LinkedHashMap<>();
    /** By id, oldest first; guarded by the lock. */
    private final Map<String, Incident> resolved = new LinkedHashMap<>();

    private Incidents(Builder builder) {
        this.clock = builder.clock;
        this.ids = builder.ids;
        this.keep = builder.keep;
        this.listener = builder.listener;
    }

    /**
     * Starts from the system's clock, without a listener.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens and resolves incidents by what the bus carries: a dependency whose circuit opens or that is unavailable until it
     * recovers, a part that is down until it is not, backups that fail until one is completed.
     *
     * @param bus the bus
     */
    public void follow(EventBus bus) {
        bus.subscribe(
                CircuitOpened.class, event -> report(of(event.dependency()), "circuit " + event.breaker() + " opened"));
        bus.subscribe(ServiceUnavailable.class, event -> report(of(event.dependency()), "calls are rejected"));
        bus.subscribe(ServiceRecovered.class, event -> resolve(of(event.dependency()), "recovered", null));
        bus.subscribe(HealthChanged.class, event -> {
            String subject = "health of " + event.component();
            if (event.now() == HealthStatus.DOWN) {
                report(subject, event.detail().isEmpty() ? "down" : "down: " + event.detail());
            } else {
                resolve(subject, "is " + event.now(), null);
            }
        });
        bus.subscribe(BackupFailed.class, event -> report("backup", "failed: " + event.cause()));
        bus.subscribe(BackupCompleted.class, event -> resolve("backup", event.name() + " is complete", null));
    }

    private static String of(String dependency) {
        return "dependency " + dependency;
    }

    /**
     * Reports that something is wrong: opens an incident, or adds to the timeline of the one that is open.
     *
     * @param subject what it is about, not blank
     * @param text what is wrong, for people, without secrets; the summary of a new incident
     * @return the incident as it is now
     * @throws InvalidInputException if the subject is blank
     */
    public Incident report(String subject, String text) {
        if (subject.isBlank()) {
            throw new InvalidInputException("subject", "is blank", "an incident is about something");
        }
        Incident.Entry entry = new Incident.Entry(clock.instant(), text, null);
        lock.lock();
        try {
            Incident known = open.get(subject);
            Incident now = known != null
                    ? known.with(entry)
                    : new Incident(ids.get(), subject, text, entry.at(), null, null, List.of(entry));
            open.put(subject, now);
            if (known == null) {
                tell(new IncidentOpened(now.id(), entry.at(), subject, text));
            }
            return now;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says who looks after an incident. Repeatable; the last one holds.
     *
     * @param id the incident's id
     * @param by who
     * @return the incident as it is now; empty when none of that id is open
     */
    public Optional<Incident> acknowledge(String id, String by) {
        Objects.requireNonNull(by, "by");
        lock.lock();
        try {
            Incident known = openOf(id);
            if (known == null) {
                return Optional.empty();
            }
            Incident now = known.acknowledged(new Incident.Entry(clock.instant(), "acknowledged", by));
            open.put(now.subject(), now);
            return Optional.of(now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the open incident of a subject. Repeatable: without one nothing happens.
     *
     * @param subject what it is about
     * @param text how it ended, for people
     * @param by who resolved it, or {@code null} when what was wrong mended itself
     * @return the incident as it ended; empty when none was open
     */
    public Optional<Incident> resolve(String subject, String text, @Nullable String by) {
        Instant at = clock.instant();
        lock.lock();
        try {
            Incident known = open.remove(subject);
            if (known == null) {
                return Optional.empty();
            }
            Incident now = known.resolved(new Incident.Entry(at, text, by));
            resolved.put(now.id(), now);
            if (resolved.size() > keep) {
                resolved.remove(resolved.keySet().iterator().next());
            }
            tell(new IncidentResolved(now.id(), at, subject, Duration.between(now.openedAt(), at), by));
            return Optional.of(now);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Incident openOf(String id) {
        for (Incident incident : open.values()) {
            if (incident.id().equals(id)) {
                return incident;
            }
        }
        return null;
    }

    /** Told under the lock, so that nobody hears of the end before the beginning. */
    private void tell(SystemEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable broken) {
            Reports.failed(LOG, "A listener of incidents failed on", event, broken);
        }
    }

    /**
     * What is wrong now.
     *
     * @return the open incidents, oldest first
     */
    public List<Incident> open() {
        lock.lock();
        try {
            return List.copyOf(open.values());
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was wrong.
     *
     * @return the resolved incidents that are still kept, the last resolved first
     */
    public List<Incident> resolved() {
        lock.lock();
        try {
            List<Incident> latestFirst = new ArrayList<>(resolved.values());
            Collections.reverse(latestFirst);
            return latestFirst;
        } finally {
            lock.unlock();
        }
    }

    /**
     * An incident by its id.
     *
     * @param id the id
     * @return empty when there is none, or it was resolved too long ago
     */
    public Optional<Incident> find(String id) {
        lock.lock();
        try {
            Incident known = openOf(id);
            return Optional.ofNullable(known != null ? known : resolved.get(id));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes {@link Incidents}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private Clock clock = Clock.systemUTC();
        private Supplier<String> ids = () -> UUID.randomUUID().toString();
        private int keep = 1000;
        private Consumer<? super SystemEvent> listener = event -> {};

        private Builder() {}

        /**
         * What dates incidents. Default the system's clock, in UTC.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * What names incidents. Default random UUIDs.
         *
         * @param ids gives a new id each time; safe for use by many threads
         * @return this builder
         */
        public Builder ids(Supplier<String> ids) {
            this.ids = Objects.requireNonNull(ids, "ids");
            return this;
        }

        /**
         * How many resolved incidents are kept. Default 1,000; open ones are all kept.
         *
         * @param keep 0 or more
         * @return this builder
         * @throws InvalidInputException if it is negative
         */
        public Builder keep(int keep) {
            if (keep < 0) {
                throw new InvalidInputException("keep", "is " + keep, "0 or more");
            }
            this.keep = keep;
            return this;
        }

        /**
         * Hears of every opening and end, in order; for example {@code bus::publish}. What it throws is logged. Default:
         * none.
         *
         * @param listener safe for use by many threads; returns soon
         * @return this builder
         */
        public Builder listener(Consumer<? super SystemEvent> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The incidents.
         *
         * @return without one yet
         */
        public Incidents build() {
            return new Incidents(this);
        }
    }
}
