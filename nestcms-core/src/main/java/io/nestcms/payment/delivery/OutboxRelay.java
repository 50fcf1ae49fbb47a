package io.nestcms.payment.delivery;

import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.event.Redelivery;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries recorded events from the {@link Outbox} to listeners, each under a name of its own:
 *
 * <pre>{@code
 * OutboxRelay relay = OutboxRelay.builder(store.outbox()).build()
 *         .on("receipts", PaymentSucceeded.class, receipts::send)
 *         .on("crm", PaymentEvent.class, crm::update);
 * executor.execute(relay);
 * }</pre>
 *
 * <p>Every listener hears every event of its type at least once, those of one payment in order. An event that a listener did not
 * handle is tried again after a growing wait, for that listener alone, and buried after its last attempt, where it can be listed and
 * {@linkplain Outbox#replay replayed}; the others go on, and hear it once. A listener has failed when it throws anything, and when
 * it takes longer than two thirds of the {@linkplain Builder#lease lease}; then it is interrupted, and it rests for a while.
 *
 * <p>The outbox knows the names of all nodes. An event is kept until each has handled it: what a listener of another node needs is
 * left for that node, and what this version cannot read for a newer one. After a {@linkplain Builder#leaveFor day} without such a
 * node it is buried. A name that the outbox has not had before hears what is recorded from about a second after its relay began. A
 * listener that is gone for good is told to the outbox with {@link Outbox#forget}.
 *
 * <p>Any number of relays, on any number of nodes and threads, may work on one outbox. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class OutboxRelay implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");
    private static final String BUS = "bus";

    private final Outbox outbox;
    private final Duration poll;
    private final int threads;
    private final Roster roster;
    private final BatchDelivery.Settings delivery;
    private final NamedListener.Settings listening;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long wakes;
    private boolean closed;
    private int running;

    private OutboxRelay(Builder builder) {
        this.outbox = builder.outbox;
        this.poll = builder.poll;
        this.threads = builder.threads;
        this.roster = new Roster(outbox, builder.clock, builder.leaveFor);
        // the rest of the lease is for writing how it went
        Duration limit = builder.lease.multipliedBy(2).dividedBy(3);
        this.delivery = new BatchDelivery.Settings(
                outbox, roster, builder.clock, builder.redelivery, builder.lease, limit, builder.leaveFor);
        Executor executor = builder.executor == null ? threads() : builder.executor;
        this.listening = new NamedListener.Settings(executor, builder.clock, limit, builder.redelivery);
        EventBus bus = builder.bus;
        if (bus != null) {
            // a little sooner than the limit, so that it is the bus that says which of its listeners was late
            Duration patience = limit.multipliedBy(9).dividedBy(10);
            add(BUS, PaymentEvent.class, envelope -> bus.deliver(envelope, patience));
        }
    }

    /** Daemons, made when a listener is called and gone ten seconds after the last call: nothing to close. */
    private static Executor threads() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "nestcms-outbox-listener-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts with what has no default. Give the relay its listeners with {@link #on}.
     *
     * @param outbox where events wait
     * @return a builder
     */
    public static Builder builder(Outbox outbox) {
        return new Builder(outbox, null);
    }

    /**
     * Starts with a bus as the first listener, named {@code bus}: it has handled an event when all of its own listeners have.
     *
     * @param outbox where events wait
     * @param bus whose listeners get them
     * @return a builder
     */
    public static Builder builder(Outbox outbox, EventBus bus) {
        return new Builder(outbox, Objects.requireNonNull(bus, "bus"));
    }

    /**
     * Adds a listener. Do so before the relay runs: events that were taken before do not come again, unless the outbox knew the
     * name.
     *
     * @param <E> the type of the events
     * @param name under which the outbox remembers what it has heard: the same on every node and after every start; 1 to 64 of
     *     {@code a-z}, {@code 0-9} and {@code -}
     * @param type the kind of event to hear; {@link PaymentEvent} for all
     * @param listener hears the events, on a thread of the relay's, of as many payments at a time as relays have threads; may throw
     * @return this relay
     * @throws InvalidInputException if the name is of another form or taken
     */
    public <E extends PaymentEvent> OutboxRelay on(String name, Class<E> type, Consumer<? super E> listener) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(listener, "listener");
        return add(name, type, envelope -> {
            listener.accept(type.cast(envelope.event()));
            return Optional.empty();
        });
    }

    /**
     * Adds a listener that is given each event in its envelope: the id is the same over every delivery of an event, so that a
     * repeated one can be told. Otherwise as {@link #on}.
     *
     * @param <E> the type of the events
     * @param name under which the outbox remembers what it has heard
     * @param type the kind of event to hear
     * @param listener hears the envelopes; may throw
     * @return this relay
     * @throws InvalidInputException if the name is of another form or taken
     */
    public <E extends PaymentEvent> OutboxRelay onEnvelopes(
            String name, Class<E> type, Consumer<? super Envelope<E>> listener) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(listener, "listener");
        return add(name, type, envelope -> {
            listener.accept(
                    new Envelope<>(envelope.id(), envelope.time(), envelope.key(), type.cast(envelope.event())));
            return Optional.empty();
        });
    }

    private OutboxRelay add(
            String name,
            Class<? extends PaymentEvent> type,
            Function<Envelope<PaymentEvent>, Optional<String>> handler) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInputException("name", "is of another form", "1 to 64 of a-z, 0-9 and -");
        }
        if (!roster.add(new NamedListener(name, type, handler, listening))) {
            throw new InvalidInputException("name", "is taken: " + name, "each listener of a relay has its own");
        }
        return this;
    }

    /**
     * Delivers until {@link #close(Duration)}: at once after {@link #wake()}, else at each poll. Whatever breaks is logged and tried
     * again at the next poll. Ends early, with the interrupt kept, when the thread is interrupted.
     */
    @Override
    public void run() {
        List<Thread> more = new ArrayList<>();
        for (int n = 2; n <= threads; n++) {
            Thread thread = new Thread(this::loop, Thread.currentThread().getName() + "-" + n);
            thread.setDaemon(true);
            try {
                thread.start();
                more.add(thread);
            } catch (Throwable none) {
                // the system has no thread to spare: the work is done by fewer
                Reports.failed(LOG, "No thread could be started as number", n, none);
            }
        }
        loop();
        if (Thread.currentThread().isInterrupted()) {
            more.forEach(Thread::interrupt);
        }
    }

    private void loop() {
        enter();
        try {
            long seen = await(-1);
            while (seen >= 0) {
                try {
                    runOnce();
                } catch (Throwable broken) {
                    Reports.failed(LOG, "The outbox could not be read or written; trying again in", poll, broken);
                }
                seen = await(seen);
            }
        } finally {
            leave();
        }
    }

    /** Makes a waiting {@link #run()} look at once. Cheap, never blocks for long, repeatable. */
    public void wake() {
        lock.lock();
        try {
            wakes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Delivers everything that is due now and returns. A relay without listeners leaves everything. Repeatable.
     *
     * @return how many events every listener handled
     * @throws RuntimeException if the store broke; the last one, when it broke at several payments
     */
    public int runOnce() {
        if (roster.names().isEmpty()) {
            return 0;
        }
        roster.refresh();
        int delivered = 0;
        Throwable broken = null;
        Optional<OutboxBatch> batch = claim();
        while (batch.isPresent()) {
            try {
                delivered += new BatchDelivery(delivery, batch.get()).run();
            } catch (Throwable failed) {
                undelivered(batch.get(), failed);
                broken = failed;
            }
            // being stopped we take no more: what we hold, others must wait for
            batch = Thread.currentThread().isInterrupted() ? Optional.empty() : claim();
        }
        if (broken != null) {
            throw broken instanceof RuntimeException as
                    ? as
                    : new IllegalStateException("events could not be delivered", broken);
        }
        return delivered;
    }

    /** It may be this payment's own fault, which harms no other; a store that is down ends us at the next claim. */
    private static void undelivered(OutboxBatch batch, Throwable failed) {
        Reports.failed(LOG, "Events could not be delivered of payment", batch.paymentId(), failed);
    }

    private Optional<OutboxBatch> claim() {
        roster.refreshIfOld();
        return outbox.claim(new OutboxClaim(
                UUID.randomUUID().toString(),
                roster.names(),
                delivery.clock().instant(),
                delivery.lease(),
                delivery.redelivery().longestWait(),
                delivery.leaveFor()));
    }

    private void enter() {
        lock.lock();
        try {
            running++;
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

    /** Waits for a wake-up after the one that was seen, or for the next poll; -1 when it is time to end. */
    private long await(long seen) {
        lock.lock();
        try {
            long left = poll.toNanos();
            while (wakes == seen && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return closed || Thread.currentThread().isInterrupted() ? -1 : wakes;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
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
        long end = System.nanoTime() + within.toNanos();
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
        boolean more = !roster.names().isEmpty();
        while (more && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            Optional<OutboxBatch> batch = claim();
            more = batch.isPresent();
            if (more) {
                try {
                    new BatchDelivery(delivery, batch.get()).run();
                } catch (Throwable failed) {
                    undelivered(batch.get(), failed);
                }
            }
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
        private final @Nullable EventBus bus;
        private Clock clock = Clock.systemUTC();
        private Duration lease = Duration.ofSeconds(30);
        private Duration poll = Duration.ofSeconds(1);
        private Duration leaveFor = Duration.ofDays(1);
        private Redelivery redelivery = Redelivery.DEFAULT;
        private int threads = 1;
        private @Nullable Executor executor;

        private Builder(Outbox outbox, @Nullable EventBus bus) {
            this.outbox = Objects.requireNonNull(outbox, "outbox");
            this.bus = bus;
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
         * How long a claim on a payment's events holds after the last write; an event may take two thirds of it with its listeners.
         * Default: 30 seconds.
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
         * After how many failed attempts an event is buried for a listener. Default: 12.
         *
         * @param given at least 1
         * @return this builder
         * @throws InvalidInputException when it is below 1
         */
        public Builder attempts(int given) {
            redelivery = new Redelivery(given, redelivery.firstWait(), redelivery.longestWait());
            return this;
        }

        /**
         * How long an event is left for a node that has its listener or can read it; then it is buried. Default: 1 day.
         *
         * @param given above zero
         * @return this builder
         * @throws InvalidInputException when it is not above zero
         */
        public Builder leaveFor(Duration given) {
            leaveFor = positive("leaveFor", given);
            return this;
        }

        /**
         * How many payments {@link OutboxRelay#run()} works on at a time: it starts so many threads less one. Default: 1. To give it
         * threads of your own, leave it at 1 and run the relay on each.
         *
         * @param given at least 1
         * @return this builder
         * @throws InvalidInputException when it is below 1
         */
        public Builder threads(int given) {
            if (given < 1) {
                throw new InvalidInputException("threads", "is " + given, "at least 1");
            }
            threads = given;
            return this;
        }

        /**
         * Calls the listeners, each on its own. Without a free thread they must wait; {@code Runnable::run} calls them one after the
         * other on the relay's own thread, which a listener that hangs then holds. Default: daemon threads, made when needed.
         *
         * @param given the executor; not closed
         * @return this builder
         */
        public Builder executor(Executor given) {
            executor = Objects.requireNonNull(given, "executor");
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
