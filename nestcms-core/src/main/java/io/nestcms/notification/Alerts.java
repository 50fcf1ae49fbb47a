package io.nestcms.notification;

import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.incident.Incidents;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.FollowUpUndecided;
import io.nestcms.payment.PaymentEvent.PaymentChargedAgain;
import io.nestcms.payment.PaymentEvent.PaymentFailed;
import io.nestcms.payment.PaymentEvent.PaymentMismatch;
import io.nestcms.payment.PaymentEvent.PaymentOverdue;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import io.nestcms.system.HealthStatus;
import io.nestcms.system.SystemEvent.BackupFailed;
import io.nestcms.system.SystemEvent.HealthChanged;
import io.nestcms.system.SystemEvent.IncidentOpened;
import io.nestcms.system.SystemEvent.IncidentResolved;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes who is on duty, and does not wear them out: one message for a subject and then silence for a while, a bound on messages in
 * all, and an incident when something does not stop.
 *
 * <pre>{@code
 * Alerts alerts = Alerts.builder().chat(slack).sms(twilio, List.of("+96512345678")).incidents(incidents).build();
 * alerts.listenTo(relay);
 * alerts.listenTo(bus);
 * }</pre>
 *
 * <p>Everything goes to the chat; what is {@link Level#CRITICAL}, and what was repeated so often that it became an incident, also to
 * phones. What was held back is counted, and said with the next message. A channel that does not work costs the others nothing; when
 * none of them took a message it counts as not sent, and of a payment's event the relay tries again.
 *
 * <p>Safe for use by many threads. Each node counts for itself.
 *
 * @since 0.1
 */
public final class Alerts {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final int SUBJECTS = 1000;
    private static final int MAILBOX = 256;
    /** About a minute in all. */
    private static final int TRIES = 9;

    private final @Nullable ChatChannel chat;
    private final @Nullable SmsChannel sms;
    private final List<String> phones;
    private final @Nullable Incidents incidents;
    private final long quiet;
    private final int escalateAt;
    private final int perMinute;
    private final LongSupplier ticker;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private final ReentrantLock lock = new ReentrantLock();
    /** Least recently reported first; guarded by the lock. */
    private final Map<String, Subject> subjects = new LinkedHashMap<>(16, 0.75f, true);

    /** Guarded by the lock, as are the next two. */
    private long minuteBegan;

    private int inMinute;
    private long heldBack;

    private Alerts(Builder builder) {
        this.chat = builder.chat;
        this.sms = builder.sms;
        this.phones = builder.phones;
        this.incidents = builder.incidents;
        this.quiet = builder.quiet.toNanos();
        this.escalateAt = builder.escalateAt;
        this.perMinute = builder.perMinute;
        this.ticker = builder.ticker;
        this.minuteBegan = ticker.getAsLong();
    }

    /** How much it matters. */
    public enum Level {
        /** Somebody should look at it today. */
        WARNING,
        /** Somebody should get up. */
        CRITICAL
    }

    /**
     * Starts without a channel.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Hears of payments as {@code alert}: declines are counted per reason and become an alert as everything else does; a second
     * charge, a mismatch and a follow-up that a person must decide are critical.
     *
     * @param relay before it runs
     * @throws InvalidInputException if it has a listener of this name
     */
    public void listenTo(OutboxRelay relay) {
        relay.on("alert", PaymentEvent.class, this::hear);
    }

    /**
     * Hears of circuits, health, incidents and backups. Publishers do not wait; of each kind 256 events wait at most, and the oldest
     * goes first.
     *
     * @param bus the bus
     */
    public void listenTo(EventBus bus) {
        hear(
                bus,
                CircuitOpened.class,
                event -> tell(Level.CRITICAL, "circuit " + event.breaker(), "circuit " + event.breaker() + " opened"));
        hear(
                bus,
                ServiceUnavailable.class,
                event -> tell(
                        Level.WARNING, "service " + event.dependency(), event.dependency() + " is not called for now"));
        hear(bus, HealthChanged.class, event -> {
            String detail = event.detail().isEmpty() ? "" : ": " + event.detail();
            tell(
                    event.now() == HealthStatus.DOWN ? Level.CRITICAL : Level.WARNING,
                    "health of " + event.component() + " " + event.now(),
                    event.component() + " is " + event.now() + detail);
        });
        // what made it an incident was told to phones already
        hear(
                bus,
                IncidentOpened.class,
                event -> tell(
                        Level.WARNING,
                        "incident " + event.incident(),
                        "incident: " + event.subject() + ": " + event.summary()));
        hear(
                bus,
                IncidentResolved.class,
                event -> tell(
                        Level.WARNING, "end of incident " + event.incident(), "incident over: " + event.subject()));
        hear(bus, BackupFailed.class, event -> tell(Level.CRITICAL, "backup", "backup failed: " + event.cause()));
    }

    /** In a mailbox of its own: a chat that is slow must not hold who opened a circuit, which may be a payment. */
    private static <E> void hear(EventBus bus, Class<E> type, Consumer<E> handler) {
        SubscriptionSettings.Builder<E> settings = SubscriptionSettings.async();
        bus.subscribe(
                type,
                handler,
                settings.name("alert-" + type.getSimpleName())
                        .mailbox(MAILBOX, Overflow.DROP_OLDEST)
                        .concurrency(1)
                        .retry(TRIES, Duration.ofSeconds(1), Duration.ofSeconds(10))
                        .build());
    }

    /**
     * Of what nobody delivers again. A message that was not taken is followed by silence all the same: the channel's own circuit tells
     * of itself here, and must not go round. One that came too soon after another is tried again, since several go wrong at once.
     */
    private void tell(Level level, String subject, String text) {
        try {
            report(level, subject, text, false);
        } catch (UndeliveredException e) {
            if (e.isOverRate()) {
                throw e;
            }
            LOG.error("Nobody was told that {}", text);
        }
    }

    private void hear(PaymentEvent event) {
        String payment = event.paymentId().value();
        if (event instanceof PaymentFailed it) {
            report(Level.WARNING, "declined: " + it.reason(), "payment " + payment + " failed: " + it.reason());
        } else if (event instanceof PaymentChargedAgain it) {
            report(
                    Level.CRITICAL,
                    "charged again: " + payment,
                    "payment " + payment + " was charged again: " + it.amount() + " can be given back");
        } else if (event instanceof PaymentMismatch it) {
            report(
                    Level.CRITICAL,
                    "mismatch: " + payment,
                    "payment " + payment + " does not match what the gateway says: " + it.difference());
        } else if (event instanceof FollowUpUndecided it) {
            report(
                    Level.CRITICAL,
                    "undecided: " + payment,
                    "payment " + payment + ": a person must decide whether " + it.kind() + " of " + it.amount()
                            + " was done");
        } else if (event instanceof PaymentOverdue it) {
            report(
                    Level.WARNING,
                    "overdue: " + it.status(),
                    "payment " + payment + " has been " + it.status() + " since " + it.since());
        }
    }

    /**
     * Reports that something is wrong. Repeatable: the same subject within the quiet time is counted and not sent.
     *
     * @param level how much it matters
     * @param subject what it is about: the same for what should be told once; not blank
     * @param text what is wrong, for people, without secrets
     * @return whether a message was sent
     * @throws InvalidInputException if the subject is blank
     * @throws UndeliveredException if there are channels and none took it; it counts as not sent
     */
    public boolean report(Level level, String subject, String text) {
        return report(level, subject, text, true);
    }

    private boolean report(Level level, String subject, String text, boolean comesAgain) {
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(text, "text");
        if (subject.isBlank()) {
            throw new InvalidInputException("subject", "is blank", "an alert is about something");
        }
        Turn turn = turn(subject);
        if (turn.escalates && incidents != null) {
            incidents.report(subject, text);
        }
        if (!turn.speaks) {
            return false;
        }
        String message = text + turn.note();
        boolean phonesToo = level == Level.CRITICAL || turn.escalates;
        try {
            send(message, phonesToo);
        } catch (UndeliveredException e) {
            boolean again = comesAgain || e.isOverRate();
            lock.lock();
            try {
                if (again) {
                    turn.state.silentUntil = ticker.getAsLong();
                }
                if (e.isOverRate()) {
                    // the next try is the same report, not a further one
                    turn.state.count--;
                    inMinute = Math.max(0, inMinute - 1);
                }
                turn.state.untold += turn.untold + (again ? 0 : 1);
                heldBack += turn.heldBack;
            } finally {
                lock.unlock();
            }
            throw e;
        }
        return true;
    }

    /** Decides under the lock, so that of many threads with one subject one speaks. Nothing is called under it. */
    private Turn turn(String subject) {
        lock.lock();
        try {
            long now = ticker.getAsLong();
            Subject state = subjects.computeIfAbsent(subject, key -> new Subject(now));
            if (subjects.size() > SUBJECTS) {
                subjects.remove(subjects.keySet().iterator().next());
            }
            if (now - state.countedSince > quiet) {
                state.countedSince = now;
                state.count = 0;
            }
            state.count++;
            boolean escalates = state.count == escalateAt;
            boolean silent = now - state.silentUntil < 0 && !escalates;
            if (silent) {
                state.untold++;
                return new Turn(state, false, false, 0, 0);
            }
            if (now - minuteBegan >= Duration.ofMinutes(1).toNanos()) {
                minuteBegan = now;
                inMinute = 0;
            }
            if (inMinute >= perMinute) {
                heldBack++;
                return new Turn(state, false, escalates, 0, 0);
            }
            inMinute++;
            Turn turn = new Turn(state, true, escalates, state.untold, heldBack);
            state.silentUntil = now + quiet;
            state.untold = 0;
            heldBack = 0;
            return turn;
        } finally {
            lock.unlock();
        }
    }

    private void send(String message, boolean phonesToo) {
        List<UndeliveredException> failures = new ArrayList<>();
        int taken = 0;
        if (chat != null) {
            taken += tried("chat", () -> channel(chat).post(message), failures);
        }
        if (sms != null && phonesToo) {
            for (String phone : phones) {
                taken += tried("sms", () -> channel(sms).send(phone, message), failures);
            }
        }
        if (taken == 0 && !failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    private int tried(String channel, Runnable call, List<UndeliveredException> failures) {
        try {
            call.run();
            sent.increment();
            return 1;
        } catch (Throwable e) {
            failed.increment();
            UndeliveredException failure = UndeliveredException.by(channel, e);
            failures.add(failure);
            if (failure.isOverRate()) {
                LOG.debug("An alert waits: {}", failure.getMessage());
            } else {
                LOG.warn("An alert was not delivered: {}", failure.getMessage());
            }
            return 0;
        }
    }

    private static <C> C channel(@Nullable C channel) {
        return Objects.requireNonNull(channel, "channel");
    }

    /**
     * How many messages channels took.
     *
     * @return since this was made
     */
    public long sent() {
        return sent.sum();
    }

    /**
     * How many messages channels did not take.
     *
     * @return since this was made
     */
    public long failed() {
        return failed.sum();
    }

    /** What is known of one subject; guarded by the lock. */
    private static final class Subject {
        private long countedSince;
        private int count;
        private long silentUntil;
        private long untold;

        Subject(long now) {
            countedSince = now;
            silentUntil = now;
        }
    }

    private record Turn(Subject state, boolean speaks, boolean escalates, long untold, long heldBack) {
        String note() {
            StringBuilder note = new StringBuilder();
            if (untold > 0) {
                note.append(" (and ").append(untold).append(" more times since the last message)");
            }
            if (heldBack > 0) {
                note.append(" (").append(heldBack).append(" other alerts were held back)");
            }
            return note.toString();
        }
    }

    /**
     * Makes {@link Alerts}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private @Nullable ChatChannel chat;
        private @Nullable SmsChannel sms;
        private List<String> phones = List.of();
        private @Nullable Incidents incidents;
        private Duration quiet = Duration.ofMinutes(5);
        private int escalateAt = 10;
        private int perMinute = 20;
        private LongSupplier ticker = System::nanoTime;

        private Builder() {}

        /**
         * Posts every alert. Default none.
         *
         * @param channel the channel
         * @return this builder
         */
        public Builder chat(ChatChannel channel) {
            this.chat = Objects.requireNonNull(channel, "channel");
            return this;
        }

        /**
         * Sends what is critical to phones. Default none.
         *
         * @param channel the channel
         * @param to the phones, in the form of E.164
         * @return this builder
         */
        public Builder sms(SmsChannel channel, List<String> to) {
            this.sms = Objects.requireNonNull(channel, "channel");
            this.phones = List.copyOf(to);
            return this;
        }

        /**
         * Where an incident is opened for what does not stop. Default nowhere.
         *
         * @param incidents the incidents
         * @return this builder
         */
        public Builder incidents(Incidents incidents) {
            this.incidents = Objects.requireNonNull(incidents, "incidents");
            return this;
        }

        /**
         * For how long a subject is silent after a message. Default 5 min.
         *
         * @param quiet 0 to 1 day
         * @return this builder
         * @throws InvalidInputException if it is out of range
         */
        public Builder quiet(Duration quiet) {
            if (quiet.isNegative() || quiet.compareTo(Duration.ofDays(1)) > 0) {
                throw new InvalidInputException("quiet", "is " + quiet, "0 to 1 day");
            }
            this.quiet = quiet;
            return this;
        }

        /**
         * How many reports of one subject within the quiet time make an incident. Default 10.
         *
         * @param reports 2 or more
         * @return this builder
         * @throws InvalidInputException if it is less
         */
        public Builder escalateAt(int reports) {
            if (reports < 2) {
                throw new InvalidInputException("reports", "is " + reports, "2 or more");
            }
            this.escalateAt = reports;
            return this;
        }

        /**
         * How many alerts go out in a minute at most, whatever they are about. Default 20.
         *
         * @param alerts 1 or more
         * @return this builder
         * @throws InvalidInputException if it is less
         */
        public Builder perMinute(int alerts) {
            if (alerts < 1) {
                throw new InvalidInputException("alerts", "is " + alerts, "1 or more");
            }
            this.perMinute = alerts;
            return this;
        }

        /**
         * Measures time. Default {@link System#nanoTime()}.
         *
         * @param ticker in nanoseconds, never back
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * The alerts.
         *
         * @return they hear nothing until they {@linkplain Alerts#listenTo(OutboxRelay) listen}
         */
        public Alerts build() {
            return new Alerts(this);
        }
    }
}
