package io.nestcms.resilience;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The moment by which a whole operation, with all of its attempts, must have ended.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Deadline {
    private final LongSupplier ticker;
    private final long at;

    private Deadline(LongSupplier ticker, long at) {
        this.ticker = ticker;
        this.at = at;
    }

    /**
     * A deadline on the system's ticker.
     *
     * @param time how long from now; a negative one is over already
     * @return the deadline
     */
    public static Deadline after(Duration time) {
        return after(time, System::nanoTime);
    }

    /**
     * A deadline on a ticker.
     *
     * @param time how long from now; a negative one is over already
     * @param ticker gives nanoseconds that never go back, from any origin
     * @return the deadline
     */
    public static Deadline after(Duration time, LongSupplier ticker) {
        return new Deadline(ticker, ticker.getAsLong() + Nanos.of(time));
    }

    /**
     * What is left.
     *
     * @return 0 or more
     */
    public Duration remaining() {
        return Nanos.left(at, ticker.getAsLong());
    }

    /**
     * Whether nothing is left.
     *
     * @return {@code true} from the moment itself on
     */
    public boolean isOver() {
        return at - ticker.getAsLong() <= 0;
    }

    /**
     * The shorter of a timeout and what is left: the timeout to give to one attempt.
     *
     * @param timeout the configured timeout
     * @return 0 or more
     */
    public Duration atMost(Duration timeout) {
        Duration left = remaining();
        return timeout.compareTo(left) < 0 ? timeout : left;
    }

    /**
     * The earlier of two deadlines on the same ticker.
     *
     * @param other the other deadline
     * @return one of the two
     */
    public Deadline earlier(Deadline other) {
        return remaining().compareTo(other.remaining()) <= 0 ? this : other;
    }
}
