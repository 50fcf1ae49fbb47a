package io.nestcms.event;

import io.nestcms.event.EventInterceptor.Around;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries events from publishers to listeners inside one process. A listener subscribes to a class, an interface or a
 * sealed family and hears every event that is an instance of it.
 *
 * <pre>{@code
 * EventBus bus = EventBus.builder().build();
 * bus.subscribe(PaymentSucceeded.class, event -> receipts.send(event));
 * bus.subscribe(PaymentEvent.class, dashboard::show, SubscriptionSettings.<PaymentEvent>async().name("dashboard").build());
 * bus.publish(new PaymentSucceeded(...));
 * bus.close(Duration.ofSeconds(10));
 * }</pre>
 *
 * <p>A listener that throws or is slow hurts no other: the rest hear the event, and in an asynchronous listener only
 * events with the same key wait. Publishing to synchronous listeners takes no lock and makes no object.
 *
 * <p>Safe for use by many threads. Starts threads only for asynchronous listeners, and only when it was given none.
 *
 * @since 0.1
 */
public final class EventBus implements AutoCloseable {
    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final Clock clock;
    private final Supplier<String> ids;
    /** Given ones, or its own. */
    private final @Nullable Executor givenExecutor;

    private final Function<Duration, Executor> delayed;
    private final Duration lostAfter;
    private final Workers workers = new Workers();
    private final Waits waits = new Waits();
    private final List<EventInterceptor> interceptors;
    private final DeadLetters deadLetters;
    private final AtomicLong numbers = new AtomicLong();
    private final ReentrantLock subscribing = new ReentrantLock();
    /** Every asynchronous listener ever subscribed whose mailbox may hold events; guarded by the lock. */
    private final List<AsyncListener> mailboxes = new ArrayList<>();

    /** Guarded by the lock. */
    private final List<Consumer<? super String>> watchers = new ArrayList<>();

    private boolean closed;
    private volatile Routing routing = new Routing(List.of());

    private EventBus(Builder builder) {
        this.clock = builder.clock;
        this.ids = builder.ids;
        this.givenExecutor = builder.executor;
        this.delayed = builder.delayed != null ? builder.delayed : workers::after;
        this.lostAfter = builder.lostAfter;
        this.interceptors = List.copyOf(builder.interceptors);
        this.deadLetters = new DeadLetters(builder.deadLetters, builder.clock, builder.onDeadLetter);
    }

    /**
     * Starts from the system's defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Subscribes a synchronous listener: it runs on the publisher's thread, in the order of subscription.
     *
     * @param <E> the type of the events
     * @param type the class, interface or sealed family to hear
     * @param handler hears the events; may be called by many threads at a time
     * @return the subscription
     * @throws IllegalStateException if the bus is closed
     */
    public <E> Subscription subscribe(Class<E> type, Consumer<? super E> handler) {
        return subscribe(type, handler, SubscriptionSettings.<E>sync().build());
    }

    /**
     * Subscribes a listener.
     *
     * @param <E> the type of the events
     * @param type the class, interface or sealed family to hear
     * @param handler hears the events; an asynchronous one is called by one thread at a time for each key
     * @param settings how it hears them
     * @return the subscription
     * @throws IllegalStateException if the bus is closed
     */
    public <E> Subscription subscribe(Class<E> type, Consumer<? super E> handler, SubscriptionSettings<E> settings) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(handler, "handler");
        return subscribe(type, item -> handler.accept(type.cast(item)), settings, false);
    }

    /**
     * Subscribes a listener that is given each event in its envelope, so that it can tell by the id whether it has seen
     * the event before. An event that was published bare gets an envelope with a new id, the present time and, as its key,
     * the name of its class.
     *
     * @param <E> the type of the events
     * @param type the class, interface or sealed family to hear
     * @param handler hears the envelopes
     * @param settings how it hears them
     * @return the subscription
     * @throws IllegalStateException if the bus is closed
     */
    @SuppressWarnings("unchecked") // the envelope of an event of the type
    public <E> Subscription subscribeEnvelopes(
            Class<E> type, Consumer<? super Envelope<E>> handler, SubscriptionSettings<E> settings) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(handler, "handler");
        return subscribe(type, item -> handler.accept((Envelope<E>) item), settings, true);
    }

    @SuppressWarnings("unchecked") // only events of the type reach the settings' key function
    private <E> Subscription subscribe(
            Class<E> type, Consumer<Object> handler, SubscriptionSettings<E> settings, boolean takesEnvelopes) {
        String name = settings.name().orElseGet(() -> type.getSimpleName() + "#" + numbers.incrementAndGet());
        Listener.Draft draft = new Listener.Draft(name, type, handler, takesEnvelopes, this::unsubscribe, deadLetters);
        subscribing.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the bus is closed: subscribe before");
            }
            Listener listener;
            if (settings.mode() == DeliveryMode.SYNC) {
                listener = new SyncListener(draft);
            } else {
                Executor executor = givenExecutor != null ? givenExecutor : workers.executor();
                AsyncListener mailbox = new AsyncListener(
                        draft,
                        (SubscriptionSettings<Object>) settings,
                        new AsyncListener.Crew(executor, delayed, lostAfter.toNanos(), waits));
                mailboxes.add(mailbox);
                listener = mailbox;
            }
            List<Listener> all = new ArrayList<>(routing.listeners());
            all.add(listener);
            routing = new Routing(all);
            if (listener instanceof AsyncListener) {
                watchers.forEach(watcher -> tell(watcher, name));
            }
            return listener;
        } finally {
            subscribing.unlock();
        }
    }

    private static void tell(Consumer<? super String> watcher, String listener) {
        try {
            watcher.accept(listener);
        } catch (Throwable e) {
            Reports.warned(Listener.LOG, "A watcher of the bus failed on listener " + listener, e);
        }
    }

    private void unsubscribe(Listener listener) {
        subscribing.lock();
        try {
            List<Listener> all = new ArrayList<>(routing.listeners());
            if (all.remove(listener)) {
                routing = new Routing(all);
            }
            if (listener instanceof AsyncListener mailbox && mailbox.leave()) {
                mailboxes.remove(mailbox);
            }
        } finally {
            subscribing.unlock();
        }
    }

    /**
     * Publishes an event to all who hear its type. Returns when the synchronous listeners have run and the mailboxes of
     * the others have taken it or refused it. Never throws: an event that a listener, an interceptor, an executor or a key
     * function threw on, or that a full mailbox did not take, is a dead letter of that listener, and the next one hears it.
     * After the bus was closed, asynchronous listeners take no more events: these become dead letters.
     *
     * @param event the event
     * @throws NullPointerException if {@code event} is null
     */
    public void publish(Object event) {
        Routing.Route route = routing.of(event.getClass());
        if (route.needsEnvelope || !interceptors.isEmpty()) {
            send(new Parcel(event, null, null, null), route.needsEnvelope, route.listeners);
            return;
        }
        for (Listener listener : route.listeners) {
            listener.accept(event);
        }
    }

    /** Makes an event ready and gives it to listeners; when that fails, it is each listener's dead letter. */
    private void send(Parcel raw, boolean needsEnvelope, Listener... listeners) {
        Parcel ready;
        try {
            ready = ready(raw, needsEnvelope);
        } catch (Throwable e) {
            for (Listener listener : listeners) {
                listener.fail(raw, e);
            }
            return;
        }
        for (Listener listener : listeners) {
            listener.accept(ready);
        }
    }

    private Parcel ready(Parcel raw, boolean needsEnvelope) {
        Object event = raw.event();
        Envelope<?> envelope = raw.envelope();
        if (envelope == null && needsEnvelope) {
            envelope =
                    new Envelope<>(ids.get(), clock.instant(), event.getClass().getName(), event);
        }
        return new Parcel(event, envelope, raw.tracker(), arounds(event));
    }

    private List<Around> arounds(Object event) {
        if (interceptors.isEmpty()) {
            return List.of();
        }
        List<Around> arounds = new ArrayList<>(interceptors.size());
        for (EventInterceptor interceptor : interceptors) {
            arounds.add(Objects.requireNonNull(interceptor.published(event), "an interceptor's answer"));
        }
        return arounds;
    }

    /**
     * Delivers an event and tells how it went with every listener. For a sender that keeps the event until it is handled:
     * what fails here is not kept as a dead letter. Repeatable: a listener can tell a repeated event by the envelope's id.
     *
     * @param envelope the event
     * @return completes when every listener has handled the event or finally failed, at the latest when the bus is closed;
     *     never exceptionally. What is done next runs on a listener's thread and is not to take long there
     */
    public CompletionStage<Delivery> deliver(Envelope<?> envelope) {
        Object event = envelope.event();
        Routing.Route route = routing.of(event.getClass());
        Tracker tracker = new Tracker(envelope.id(), route.listeners.length);
        send(new Parcel(event, envelope, tracker, null), route.needsEnvelope, route.listeners);
        return tracker.done();
    }

    /**
     * Delivers an event, waits, and tells what went wrong. For a relay that keeps events until they are handled. Ends early,
     * with the interrupt kept, when the thread is interrupted. Repeatable.
     *
     * <p>An asynchronous listener that calls this itself waits no longer than its {@linkplain
     * SubscriptionSettings.Builder#longestWait longest wait}: it may be what the event waits for.
     *
     * @param envelope the event
     * @param atMost how long to wait, any duration, below 0 is 0; afterwards the listeners may still handle it
     * @return empty when every listener handled it; else which did not and why, in a few words without a message of theirs
     */
    public Optional<String> deliver(Envelope<?> envelope, Duration atMost) {
        Shift present = waits.present();
        Duration longest = present == null ? atMost : present.listener().longestWait();
        Duration wait = longest.compareTo(atMost) < 0 ? longest : atMost;
        try {
            Delivery delivery = deliver(envelope).toCompletableFuture().get(nanos(wait), TimeUnit.NANOSECONDS);
            return delivery.isComplete()
                    ? Optional.empty()
                    : Optional.of(delivery.failures().stream()
                            .map(it ->
                                    it.listener() + ": " + it.cause().getClass().getSimpleName())
                            .collect(Collectors.joining(", ")));
        } catch (TimeoutException slow) {
            return Optional.of("not handled within " + wait);
        } catch (ExecutionException broken) {
            return Optional.of(Objects.requireNonNullElse(broken.getCause(), broken)
                    .getClass()
                    .getSimpleName());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** A duration as a time to wait; what is longer than can be counted is forever. */
    private static long nanos(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.compareTo(FOREVER) < 0 ? duration.toNanos() : FOREVER.toNanos();
    }

    /**
     * The events that listeners gave up and that are still kept.
     *
     * @return oldest first
     */
    public List<DeadLetter> deadLetters() {
        return deadLetters.list();
    }

    /**
     * Gives a dead letter to its listener again, and to no other. When it fails again, it is a new dead letter.
     *
     * @param id the dead letter's id
     * @return whether it was there
     */
    public boolean replay(String id) {
        DeadLetters.Kept kept = deadLetters.take(id);
        if (kept == null) {
            return false;
        }
        Listener listener = kept.listener();
        if (kept.item() instanceof Parcel parcel && parcel.arounds() == null) {
            send(parcel, listener.takesEnvelopes(), listener);
        } else {
            listener.accept(kept.item());
        }
        return true;
    }

    /**
     * The asynchronous listeners at this moment.
     *
     * @return in the order of subscription
     */
    public List<ListenerSnapshot> listeners() {
        List<ListenerSnapshot> snapshots = new ArrayList<>();
        for (Listener listener : routing.listeners()) {
            if (listener instanceof AsyncListener mailbox) {
                snapshots.add(mailbox.snapshot());
            }
        }
        return snapshots;
    }

    /**
     * Names every asynchronous listener there is and every one that is going to be subscribed; for metrics.
     *
     * @param watcher sees each listener's name when it is subscribed; returns soon and does not call the bus. What it
     *     throws is logged
     */
    public void watch(Consumer<? super String> watcher) {
        Objects.requireNonNull(watcher, "watcher");
        subscribing.lock();
        try {
            watchers.add(watcher);
            listeners().forEach(listener -> tell(watcher, listener.name()));
        } finally {
            subscribing.unlock();
        }
    }

    /** Closes the bus as {@link #close(Duration)} does, with 10 s. */
    @Override
    public void close() {
        close(DEFAULT_DRAIN);
    }

    /**
     * Closes the bus: asynchronous listeners take no more events, and those that wait are handled until the time is over.
     * Then what is left is given up: events of {@link #deliver} are reported to their sender as failed, published ones
     * become dead letters; one that was just being handled may have been handled all the same. Synchronous listeners go on as
     * before. An interrupt ends the wait. Repeatable.
     *
     * <p>A listener may close the bus: the event that it is handling then is neither waited for nor given up, here or by
     * others who close at the same time. What waits behind it is given up at the end of the time.
     *
     * @param timeout how long to wait at most, any duration; below 0 is 0
     * @return what became of the waiting events
     */
    public DrainReport close(Duration timeout) {
        List<AsyncListener> draining;
        subscribing.lock();
        try {
            closed = true;
            draining = List.copyOf(mailboxes);
        } finally {
            subscribing.unlock();
        }
        Shift present = waits.present();
        DrainReport report = Drain.of(draining, nanos(timeout), present);
        boolean interrupted = Thread.currentThread().isInterrupted();
        workers.shutdownNow();
        if (present != null && !interrupted) {
            // who closes from inside a listener does not mean itself
            Thread.interrupted();
        }
        return report;
    }

    /**
     * Makes an {@link EventBus}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private static final int DEFAULT_DEAD_LETTERS = 1000;

        private Clock clock = Clock.systemUTC();
        private Supplier<String> ids = () -> UUID.randomUUID().toString();
        private @Nullable Executor executor;
        private @Nullable Function<Duration, Executor> delayed;
        private Duration lostAfter = Duration.ofSeconds(10);
        private final List<EventInterceptor> interceptors = new ArrayList<>();
        private int deadLetters = DEFAULT_DEAD_LETTERS;
        private Consumer<? super DeadLetter> onDeadLetter = letter -> {};

        private Builder() {}

        /**
         * What dates dead letters and envelopes. Default the system's clock, in UTC.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * What names events that are published bare and heard in an envelope. Default random UUIDs.
         *
         * @param ids gives a new id each time; safe for use by many threads
         * @return this builder
         */
        public Builder ids(Supplier<String> ids) {
            this.ids = Objects.requireNonNull(ids, "ids");
            return this;
        }

        /**
         * What runs asynchronous listeners, at most {@linkplain SubscriptionSettings.Builder#concurrency so many} tasks of
         * each at a time. Default: threads of the bus's own, virtual ones on a JVM that has them, which end with the bus and
         * whose context class loader is the library's. A given executor is not closed.
         *
         * <p>When it refuses a task by throwing, whatever it throws, the tasks of the listener that still run take over its
         * events; when there are none, the events become dead letters with the reason
         * {@link DeadLetter.Reason#NO_THREAD}. An executor that forgets what it has taken is noticed when an event comes
         * more than 10 s later.
         *
         * @param executor the executor
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * What waits before a further try, which then runs on the executor. Default: a thread of the bus's own. An event for
         * which it throws is not tried again, but a dead letter.
         *
         * @param delayed gives an executor that waits that long before it runs what it is given
         * @return this builder
         */
        public Builder delayed(Function<Duration, Executor> delayed) {
            this.delayed = Objects.requireNonNull(delayed, "delayed");
            return this;
        }

        /** After which time an executor that has begun none of a listener's tasks is taken to have lost them. For tests. */
        Builder lostAfter(Duration time) {
            this.lostAfter = time;
            return this;
        }

        /**
         * Adds an interceptor; the first added is the outermost.
         *
         * @param interceptor the interceptor
         * @return this builder
         */
        public Builder interceptor(EventInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
            return this;
        }

        /**
         * How many dead letters are kept. Default 1,000. When there are more, the oldest goes.
         *
         * @param bound 1 or more
         * @return this builder
         * @throws InvalidInputException if {@code bound} is below 1
         */
        public Builder deadLetters(int bound) {
            if (bound < 1) {
                throw new InvalidInputException("deadLetters", "is " + bound, "1 or more");
            }
            this.deadLetters = bound;
            return this;
        }

        /**
         * Sees every dead letter, on the thread that gave the event up. What it throws is logged. Default: nothing.
         *
         * @param hook safe for use by many threads
         * @return this builder
         */
        public Builder onDeadLetter(Consumer<? super DeadLetter> hook) {
            this.onDeadLetter = Objects.requireNonNull(hook, "hook");
            return this;
        }

        /**
         * The bus.
         *
         * @return a new bus without listeners
         */
        public EventBus build() {
            return new EventBus(this);
        }
    }
}
