package io.nestcms.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes guessing passwords slow without locking anybody out. Failures are counted for a name together with the address that they
 * come from, and for an address as a whole; the waits grow with them, up to 15 minutes. Nothing is ever counted against a name
 * alone, so what a stranger does at one address stops nobody at another. Where they share an address, the user's own browser is
 * told apart by a mark that it was given at an earlier sign-in: behind a mark only its own failures count. A name that is
 * guessed at from many addresses has fewer free tries at addresses that it was never signed in from.
 *
 * <p>A try counts as failed from the moment it is let in until it is told how it ended: many at once are as many.
 *
 * <p>Safe for use by many threads. For one node; bounded, the entries used longest ago are forgotten first.
 *
 * @since 0.1
 */
public final class SignInThrottle {
    private static final int MOST = 200_000;
    private static final int FREE = 5;
    private static final int FREE_WHILE_ATTACKED = 2;
    private static final int FREE_KNOWN = 10;
    private static final int FREE_ADDRESS = 50;
    private static final int ATTACKED = 100;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration LONGEST_ADDRESS = Duration.ofMinutes(1);
    private static final Duration FORGOTTEN = Duration.ofHours(24);
    private static final int DOUBLINGS = 20;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MOST;
        }
    };

    /** Failures, the last of them, and whether a sign-in ever succeeded here. */
    private record Count(int failures, Instant last, boolean known) {}

    private SignInThrottle(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * A throttle that has seen nothing.
     *
     * @param clock tells the waits
     * @return a throttle
     */
    public static SignInThrottle create(Clock clock) {
        return new SignInThrottle(clock);
    }

    /**
     * A try to sign in.
     *
     * @param name who it says it is, in the one form in which names are compared
     * @param address where it comes from; of an IPv6 address the first 64 bits count
     * @param mark what tells the browser from others, checked to be one that this user was given, or {@code null}
     * @since 0.1
     */
    public record Attempt(
            String name, String address, @Nullable String mark) {
        /**
         * Checks that nothing is missing.
         *
         * @param name who
         * @param address where from
         * @param mark the browser's mark, or {@code null}
         */
        public Attempt {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(address, "address");
        }
    }

    /**
     * Lets a try in, or says how long to wait. A try that is let in counts as failed until {@link #succeeded} or {@link #undo}.
     *
     * @param attempt the try
     * @return zero when it is let in; else how long to wait, and nothing was counted
     */
    public Duration admit(Attempt attempt) {
        Instant now = clock.instant();
        lock.lock();
        try {
            String pair = pair(attempt);
            Count own = count(pair, now);
            boolean known = own != null && own.known();
            Duration wait = wait(own, known ? FREE_KNOWN : freeFor(attempt, now), LONGEST, now);
            if (attempt.mark() == null && !known) {
                Duration ofAddress = wait(count(address(attempt), now), FREE_ADDRESS, LONGEST_ADDRESS, now);
                wait = wait.compareTo(ofAddress) > 0 ? wait : ofAddress;
            }
            if (wait.isZero()) {
                keys(attempt).forEach(key -> add(key, 1, now));
            }
            return wait;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The password was right: the name's failures at this address are forgotten, and the address counts as the user's own.
     *
     * @param attempt a try that was let in
     */
    public void succeeded(Attempt attempt) {
        Instant now = clock.instant();
        lock.lock();
        try {
            // the address keeps those of other names: whoever has one account could else guess at the others for ever
            keys(attempt).forEach(key -> add(key, -1, now));
            counts.put(pair(attempt), new Count(0, now, true));
        } finally {
            lock.unlock();
        }
    }

    /**
     * The try was not made after all, as when something is broken.
     *
     * @param attempt a try that was let in
     */
    public void undo(Attempt attempt) {
        Instant now = clock.instant();
        lock.lock();
        try {
            keys(attempt).forEach(key -> add(key, -1, now));
        } finally {
            lock.unlock();
        }
    }

    private int freeFor(Attempt attempt, Instant now) {
        Count name = count(name(attempt), now);
        return attempt.mark() != null
                ? FREE_KNOWN
                : name != null && name.failures() >= ATTACKED ? FREE_WHILE_ATTACKED : FREE;
    }

    private static Duration wait(@Nullable Count count, int free, Duration longest, Instant now) {
        if (count == null || count.failures() < free) {
            return Duration.ZERO;
        }
        Duration full = FIRST_WAIT.multipliedBy(1L << Math.min(DOUBLINGS, count.failures() - free));
        Duration capped = full.compareTo(longest) > 0 ? longest : full;
        Duration left = Duration.between(now, count.last().plus(capped));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private @Nullable Count count(String key, Instant now) {
        Count count = counts.get(key);
        return count == null || now.isBefore(count.last().plus(FORGOTTEN))
                ? count
                : new Count(0, count.last(), count.known());
    }

    private void add(String key, int more, Instant now) {
        Count count = count(key, now);
        int failures = Math.max(0, (count == null ? 0 : count.failures()) + more);
        Instant last = count == null || more > 0 ? now : count.last();
        counts.put(key, new Count(failures, last, count != null && count.known()));
    }

    private static java.util.List<String> keys(Attempt attempt) {
        return java.util.List.of(pair(attempt), address(attempt), name(attempt));
    }

    private static String pair(Attempt attempt) {
        return attempt.mark() != null
                ? "m|" + attempt.mark() + "|" + attempt.name()
                : "p|" + net(attempt.address()) + "|" + attempt.name();
    }

    private static String address(Attempt attempt) {
        return "a|" + net(attempt.address());
    }

    private static String name(Attempt attempt) {
        return "n|" + attempt.name();
    }

    /** One customer has a whole /64 of IPv6, so what is behind it says nothing. */
    private static String net(String address) {
        if (!address.contains(":") || !address.matches("[0-9A-Fa-f:.]{2,45}")) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 16 ? java.util.HexFormat.of().formatHex(bytes, 0, 8) : address;
        } catch (UnknownHostException noAddress) {
            return address;
        }
    }
}
