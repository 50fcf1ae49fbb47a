package io.nestcms.payment;

import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.event.Redelivery;
import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries recorded events from the {@link Outbox} to the listeners of an {@link EventBus}: every event at least once, those of
 * one payment in order. An event that a listener did not handle is tried again after a growing wait and buried after its last
 * attempt, where it can be listed and {@linkplain Outbox#replay replayed}; other payments do not wait for it.
 *
 * <p>Run it on a thread of your own: {@code executor.execute(relay)}. Any number of relays, on any number of nodes, may work on
 * one outbox. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class OutboxRelay implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);

    private final Outbox outbox;
    private final EventBus bus;
    private final Clock clock;
    private final Duration lease;
    private final Duration poll;
    private final Redelivery redelivery;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean awake;
    private boolean closed;
    private int running;

    private OutboxRelay(Builder builder) {
        this.outbox = builder.outbox;
        this.bus = builder.bus;
        this.clock = builder.clock;
        this.lease = builder.lease;
        this.poll = builder.poll;
        this.redelivery = builder.redelivery;
    }

    /**
     * Starts with what has no default.
     *
     * @param outbox where events wait
     * @param bus whose listeners get them
     * @return a builder
     */
    public static Builder builder(Outbox outbox, EventBus bus) {
        return new Builder(outbox, bus);
    }

    /**
     * Delivers until {@link #close(Duration)}: at once after {@link #wake()}, else at each poll. A broken store is logged and tried
     * again at the next poll. Ends early, with the interrupt kept, when the thread is interrupted.
     */
    @Override
    public void run() {
        enter();
        try {
            while (await()) {
                try {
                    runOnce();
                } catch (RuntimeException broken) {
                    LOG.error("The outbox could not be read or written; trying again in {}", poll, broken);
                }
            }
        } finally {
            leave();
        }
    }

    /** Makes a waiting {@link #run()} look at once. Cheap, never blocks for long, repeatable. */
    public void wake() {
        lock.lock();
        try {
            awake = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Delivers everything that is due now and returns. Repeatable.
     *
     * @return how many events every listener handled
     */
    public int runOnce() {
        int delivered = 0;
        Optional<OutboxBatch> batch = claim();
        while (batch.isPresent()) {
            delivered += deliver(batch.get());
            // being stopped we take no more: what we hold, others must wait for
            batch = Thread.currentThread().isInterrupted() ? Optional.empty() : claim();
        }
        return delivered;
    }

    private Optional<OutboxBatch> claim() {
        return outbox.claim(UUID.randomUUID().toString(), clock.instant(), lease);
    }

    private int deliver(OutboxBatch batch) {
        int delivered = 0;
        for (OutboxEntry entry : batch.entries()) {
            Optional<String> failure = failure(entry);
            if (failure.isPresent() && Thread.currentThread().isInterrupted()) {
                return delivered; // we are being stopped, which is nobody's failure; the claim ends with its lease
            }
            if (failure.isEmpty()) {
                if (!outbox.delivered(batch, entry)) {
                    // our lease ran out: whoever holds the payment now delivers this event once more
                    return delivered;
                }
                delivered++;
            } else if (redelivery.isLast(entry.attempts())) {
                LOG.error("Event {} buried after {} attempts: {}", entry.id(), redelivery.attempts(), failure.get());
                outbox.bury(batch, entry, failure.get());
            } else {
                Instant next = clock.instant().plus(redelivery.waitAfter(entry.attempts()));
                LOG.warn("Event {} not handled, next attempt at {}: {}", entry.id(), next, failure.get());
                outbox.postpone(batch, entry, failure.get(), next);
                return delivered;
            }
        }
        outbox.release(batch);
        return delivered;
    }

    /** Why the event was not handled by every listener, or empty when it was. */
    private Optional<String> failure(OutboxEntry entry) {
        PaymentEvent event = entry.event();
        return bus.deliver(
                new Envelope<>(entry.id(), event.at(), event.paymentId().value(), event), lease);
    }

    private void enter() {
        lock.lock();
        try {
            running++;
            awake = true;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            running--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a wake-up or the next poll; false when it is time to end. */
    private boolean await() {
        lock.lock();
        try {
            long left = poll.toNanos();
            while (!awake && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            awake = false;
            return !closed && !Thread.currentThread().isInterrupted();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends {@link #run()}, waits for it, and delivers what is still due as long as the time allows. What is left stays in the
     * outbox for the next start or for another node. Repeatable.
     *
     * @param within how long it may take
     * @return what is left in the outbox
     */
    public OutboxBacklog close(Duration within) {
        Instant end = clock.instant().plus(within);
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long left = within.toNanos();
            while (running > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        while (clock.instant().isBefore(end) && !Thread.currentThread().isInterrupted()) {
            Optional<OutboxBatch> batch = claim();
            if (batch.isEmpty()) {
                break;
            }
            deliver(batch.get());
        }
        return outbox.backlog();
    }

    /** {@link #close(Duration)} within ten seconds. */
    @Override
    public void close() {
        OutboxBacklog left = close(Duration.ofSeconds(10));
        if (left.payments() > 0) {
            LOG.info("The events of {} payments stay in the outbox", left.payments());
        }
    }

    /** Collects what {@link OutboxRelay} needs. Not safe for use by many threads. */
    public static final class Builder {
        private final Outbox outbox;
        private final EventBus bus;
        private Clock clock = Clock.systemUTC();
        private Duration lease = Duration.ofSeconds(30);
        private Duration poll = Duration.ofSeconds(1);
        private Redelivery redelivery = Redelivery.DEFAULT;

        private Builder(Outbox outbox, EventBus bus) {
            this.outbox = Objects.requireNonNull(outbox, "outbox");
            this.bus = Objects.requireNonNull(bus, "bus");
        }

        /**
         * The wall clock. Default: the system's, in UTC.
         *
         * @param given the clock
         * @return this builder
         */
        public Builder clock(Clock given) {
            clock = Objects.requireNonNull(given, "clock");
            return this;
        }

        /**
         * How long a claim on a payment's events holds, and how long one event may take. Default: 30 seconds.
         *
         * @param given above zero
         * @return this builder
         * @throws InvalidInputException when it is not above zero
         */
        public Builder lease(Duration given) {
            lease = positive("lease", given);
            return this;
        }

        /**
         * How often to look when nobody wakes it. Default: 1 second.
         *
         * @param given above zero
         * @return this builder
         * @throws InvalidInputException when it is not above zero
         */
        public Builder poll(Duration given) {
            poll = positive("poll", given);
            return this;
        }

        /**
         * The wait after the first failure, doubled after each further one. Default: 1 second to 5 minutes.
         *
         * @param first above zero
         * @param longest at least {@code first}
         * @return this builder
         * @throws InvalidInputException when they are out of range
         */
        public Builder backoff(Duration first, Duration longest) {
            redelivery = new Redelivery(redelivery.attempts(), first, longest);
            return this;
        }

        /**
         * After how many failed attempts an event is buried. Default: 12.
         *
         * @param given at least 1
         * @return this builder
         * @throws InvalidInputException when it is below 1
         */
        public Builder attempts(int given) {
            redelivery = new Redelivery(given, redelivery.firstWait(), redelivery.longestWait());
            return this;
        }

        private static Duration positive(String name, Duration given) {
            if (given.isNegative() || given.isZero()) {
                throw new InvalidInputException(name, "is " + given, "above zero");
            }
            return given;
        }

        /**
         * Puts it together.
         *
         * @return the relay, not running
         */
        public OutboxRelay build() {
            return new OutboxRelay(this);
        }
    }
}
