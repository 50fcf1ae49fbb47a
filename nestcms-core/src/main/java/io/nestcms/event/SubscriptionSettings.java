package io.nestcms.event;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a listener hears its events.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <E> the type of the events
 * @since 0.1
 */
public final class SubscriptionSettings<E> {
    private final DeliveryMode mode;
    private final @Nullable String name;
    private final @Nullable Function<? super E, String> key;
    private final int mailbox;
    private final Overflow overflow;
    private final Duration longestWait;
    private final int concurrency;
    private final int attempts;
    private final Duration backOff;
    private final Duration longestBackOff;

    private SubscriptionSettings(Builder<E> builder) {
        this.mode = builder.mode;
        this.name = builder.name;
        this.key = builder.key;
        this.mailbox = builder.mailbox;
        this.overflow = builder.overflow;
        this.longestWait = builder.longestWait;
        this.concurrency = builder.concurrency;
        this.attempts = builder.attempts;
        this.backOff = builder.backOff;
        this.longestBackOff = builder.longestBackOff;
    }

    /**
     * A listener on the publisher's thread.
     *
     * @param <E> the type of the events
     * @return a new builder
     */
    public static <E> Builder<E> sync() {
        return new Builder<>(DeliveryMode.SYNC);
    }

    /**
     * A listener with a mailbox: of 1,024 events, making the publisher wait up to 5 s when it is full, for at most 16 keys at
     * a time, with 3 tries, 100 ms after the first and twice as long after each further one, up to 10 s.
     *
     * @param <E> the type of the events
     * @return a new builder
     */
    public static <E> Builder<E> async() {
        return new Builder<>(DeliveryMode.ASYNC);
    }

    /**
     * On which thread the listener runs.
     *
     * @return the mode
     */
    public DeliveryMode mode() {
        return mode;
    }

    /**
     * The listener's name.
     *
     * @return empty when it is made from the event's type
     */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /**
     * What events are ordered by.
     *
     * @return empty when envelopes are ordered by their keys and bare events all together
     */
    public Optional<Function<? super E, String>> key() {
        return Optional.ofNullable(key);
    }

    /**
     * How many events may wait.
     *
     * @return 1 or more
     */
    public int mailbox() {
        return mailbox;
    }

    /**
     * What happens when too many wait.
     *
     * @return the policy
     */
    public Overflow overflow() {
        return overflow;
    }

    /**
     * How long a publisher waits at most for room in a full mailbox.
     *
     * @return 0 or more
     */
    public Duration longestWait() {
        return longestWait;
    }

    /**
     * How many events are handled at a time at most, each of another key.
     *
     * @return 1 or more
     */
    public int concurrency() {
        return concurrency;
    }

    /**
     * How often the listener is tried with an event.
     *
     * @return 1 or more
     */
    public int attempts() {
        return attempts;
    }

    /**
     * How long to wait before a further try.
     *
     * @param failed how many tries have failed, 1 or more
     * @return the duration
     */
    public Duration backOff(int failed) {
        double factor = Math.pow(2, Math.min(failed, 64) - 1);
        double nanos = Math.min((double) longestBackOff.toNanos(), backOff.toNanos() * factor);
        return Duration.ofNanos((long) nanos);
    }

    /**
     * Makes {@link SubscriptionSettings}. Not safe for use by many threads. A bad value is refused at the call.
     *
     * @param <E> the type of the events
     * @since 0.1
     */
    public static final class Builder<E> {
        private static final int LARGEST_MAILBOX = 10_000_000;
        private static final int MOST_AT_A_TIME = 10_000;
        private static final Duration LONGEST = Duration.ofHours(1);

        private final DeliveryMode mode;
        private @Nullable String name;
        private @Nullable Function<? super E, String> key;
        private int mailbox = 1024;
        private Overflow overflow = Overflow.BLOCK;
        private Duration longestWait = Duration.ofSeconds(5);
        private int concurrency = 16;
        private int attempts;
        private Duration backOff = Duration.ofMillis(100);
        private Duration longestBackOff = Duration.ofSeconds(10);

        private Builder(DeliveryMode mode) {
            this.mode = mode;
            this.attempts = mode == DeliveryMode.SYNC ? 1 : 3;
        }

        /**
         * Names the listener in dead letters, metrics and logs. Default: made from the event's type.
         *
         * @param name not blank
         * @return this builder
         * @throws InvalidInputException if {@code name} is blank
         */
        public Builder<E> name(String name) {
            if (name.isBlank()) {
                throw new InvalidInputException("name", "is blank", "a listener needs a name");
            }
            this.name = name;
            return this;
        }

        /**
         * What events are ordered by: those with one key are handled one after the other, those with different keys side
         * by side. Default: envelopes by their keys, bare events all together.
         *
         * @param key gives an event's key; does not block. An event on which it throws is a dead letter
         * @return this builder
         */
        public Builder<E> key(Function<? super E, String> key) {
            this.key = Objects.requireNonNull(key, "key");
            return this;
        }

        /**
         * How many events may wait, those being handled included. Default 1,024. Without meaning for a synchronous
         * listener.
         *
         * @param bound 1 to 10,000,000
         * @param overflow what happens when there are more
         * @return this builder
         * @throws InvalidInputException if {@code bound} is out of range
         */
        public Builder<E> mailbox(int bound, Overflow overflow) {
            if (bound < 1 || bound > LARGEST_MAILBOX) {
                throw new InvalidInputException("mailbox", "is " + bound, "1 to " + LARGEST_MAILBOX);
            }
            this.mailbox = bound;
            this.overflow = Objects.requireNonNull(overflow, "overflow");
            return this;
        }

        /**
         * How long a publisher waits at most for room in a full mailbox with {@link Overflow#BLOCK}. Default 5 s. A listener
         * waits no longer either when it calls {@link EventBus#deliver(Envelope, Duration)} itself.
         *
         * @param longest 0 to 1 h
         * @return this builder
         * @throws InvalidInputException if {@code longest} is out of range
         */
        public Builder<E> longestWait(Duration longest) {
            this.longestWait = duration("longestWait", longest);
            return this;
        }

        /**
         * How many events are handled at a time at most, each of another key: on so many threads the listener runs. Default
         * 16. Keys beyond it wait for their turn; one that waits for a further try takes no part of it. Without meaning for a
         * synchronous listener.
         *
         * @param most 1 to 10,000
         * @return this builder
         * @throws InvalidInputException if {@code most} is out of range
         */
        public Builder<E> concurrency(int most) {
            if (most < 1 || most > MOST_AT_A_TIME) {
                throw new InvalidInputException("concurrency", "is " + most, "1 to " + MOST_AT_A_TIME);
            }
            this.concurrency = most;
            return this;
        }

        /**
         * How often the listener is tried with an event, and how long it waits in between; meanwhile other keys go on.
         *
         * @param attempts 1 to 1,000; a synchronous listener is tried once
         * @param first the wait after the first failure, doubled after each further one; 0 to 1 h
         * @param longest the longest wait; 0 to 1 h
         * @return this builder
         * @throws InvalidInputException if a value is out of range, or {@code attempts} is above 1 for a synchronous listener
         */
        public Builder<E> retry(int attempts, Duration first, Duration longest) {
            int most = mode == DeliveryMode.SYNC ? 1 : 1000;
            if (attempts < 1 || attempts > most) {
                throw new InvalidInputException("attempts", "is " + attempts, "1 to " + most + " when " + mode);
            }
            this.attempts = attempts;
            this.backOff = duration("first", first);
            this.longestBackOff = duration("longest", longest);
            return this;
        }

        private static Duration duration(String field, Duration value) {
            if (value.isNegative() || value.compareTo(LONGEST) > 0) {
                throw new InvalidInputException(field, "is " + value, "0 to " + LONGEST);
            }
            return value;
        }

        /**
         * The settings.
         *
         * @return immutable settings
         */
        public SubscriptionSettings<E> build() {
            return new SubscriptionSettings<>(this);
        }
    }
}
