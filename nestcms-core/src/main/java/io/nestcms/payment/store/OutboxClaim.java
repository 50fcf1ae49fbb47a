package io.nestcms.payment.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * Who asks an outbox for events, and which moments in the future can be meant. A clock that was ahead has written moments that no
 * worker writes: those further off than {@link #latestDue()}, {@link #latestLease()} and {@link #latestLeft()} count as come.
 *
 * @param worker a name unique to this claim
 * @param listeners the names of the listeners that the worker has
 * @param now the present
 * @param lease for how long the claim holds; afterwards another worker may have the events
 * @param longestWait the longest wait after a failure
 * @param leaveFor for how long events are left for other nodes
 * @since 0.1
 */
public record OutboxClaim(
        String worker, Set<String> listeners, Instant now, Duration lease, Duration longestWait, Duration leaveFor) {
    private static final Duration USUAL_WAIT = Duration.ofMinutes(5);
    private static final Duration USUAL_LEAVE = Duration.ofDays(1);

    /**
     * Copies the names.
     *
     * @param worker a name unique to this claim
     * @param listeners the names of the listeners that the worker has
     * @param now the present
     * @param lease for how long the claim holds
     * @param longestWait the longest wait after a failure
     * @param leaveFor for how long events are left for other nodes
     */
    public OutboxClaim {
        Objects.requireNonNull(worker, "worker");
        listeners = Set.copyOf(listeners);
        Objects.requireNonNull(now, "now");
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(longestWait, "longestWait");
        Objects.requireNonNull(leaveFor, "leaveFor");
    }

    /**
     * A claim with the waits of a relay as shipped: five minutes after a failure, a day for other nodes.
     *
     * @param worker a name unique to this claim
     * @param listeners the names of the listeners that the worker has
     * @param now the present
     * @param lease for how long the claim holds
     * @return the claim
     */
    public static OutboxClaim of(String worker, Set<String> listeners, Instant now, Duration lease) {
        return new OutboxClaim(worker, listeners, now, lease, USUAL_WAIT, USUAL_LEAVE);
    }

    /**
     * When the claim ends.
     *
     * @return the present and the lease
     */
    public Instant until() {
        return now.plus(lease);
    }

    /**
     * The latest moment to which events can have been put off. A lease more than the longest wait, since clocks differ.
     *
     * @return later ones are due
     */
    public Instant latestDue() {
        return now.plus(longestWait).plus(lease);
    }

    /**
     * The latest moment at which a claim can end. Twice the lease, since clocks differ.
     *
     * @return a claim that ends later holds no more
     */
    public Instant latestLease() {
        return now.plus(lease).plus(lease);
    }

    /**
     * The latest moment to which events can have been left for others.
     *
     * @return those left for longer are due
     */
    public Instant latestLeft() {
        return now.plus(leaveFor).plus(lease);
    }
}
