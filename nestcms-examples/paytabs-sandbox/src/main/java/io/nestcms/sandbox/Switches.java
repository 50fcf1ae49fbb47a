package io.nestcms.sandbox;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the gateway behaves from now on, as far as that can be chosen while it runs. What a builder said holds at first, and again
 * after {@link Faults#clear()}. Over HTTP they are set where faults are planned, at {@code POST /faults} of the control port.
 *
 * <p>What only changes how a transaction is told applies to those that are there already too.
 *
 * <p>Safe for use by many threads. Each method may be repeated.
 *
 * @since 0.1
 */
public final class Switches {
    private static final Duration MOST_SKEW = Duration.ofDays(2);

    private final State first;
    private volatile State state;

    Switches(
            String serverKey,
            Set<String> currencies,
            int requestsPerMinute,
            Set<Assumption> assumptions,
            FollowUpListing listing,
            HoldAfterCapture holds,
            VoidName voids) {
        first = new State(
                serverKey,
                Set.copyOf(currencies),
                requestsPerMinute,
                Set.copyOf(assumptions),
                listing,
                holds,
                voids,
                Duration.ZERO);
        state = first;
    }

    private record State(
            String serverKey,
            Set<String> currencies,
            int requestsPerMinute,
            Set<Assumption> assumptions,
            FollowUpListing listing,
            HoldAfterCapture holds,
            VoidName voids,
            Duration skew) {

        State with(String key) {
            return new State(key, currencies, requestsPerMinute, assumptions, listing, holds, voids, skew);
        }

        State with(Set<String> enabled, int perMinute) {
            return new State(serverKey, enabled, perMinute, assumptions, listing, holds, voids, skew);
        }

        State assuming(Set<Assumption> assumed) {
            return new State(serverKey, currencies, requestsPerMinute, assumed, listing, holds, voids, skew);
        }

        State telling(FollowUpListing lists, HoldAfterCapture held, VoidName named) {
            return new State(serverKey, currencies, requestsPerMinute, assumptions, lists, held, named, skew);
        }

        State skewed(Duration by) {
            return new State(serverKey, currencies, requestsPerMinute, assumptions, listing, holds, voids, by);
        }

        /** Nothing of the key. */
        @Override
        public String toString() {
            return "State[" + listing + ", " + holds + ", " + voids + ", " + assumptions + "]";
        }
    }

    /**
     * Does the less likely thing, where PayTabs is not documented.
     *
     * @param values added to those that hold already
     * @return this
     */
    public synchronized Switches assume(Assumption... values) {
        EnumSet<Assumption> assumed = EnumSet.noneOf(Assumption.class);
        assumed.addAll(state.assumptions());
        assumed.addAll(List.of(values));
        state = state.assuming(Set.copyOf(assumed));
        return this;
    }

    /**
     * Does the likelier thing again.
     *
     * @param values taken from those that hold; others do no harm
     * @return this
     */
    public synchronized Switches forgo(Assumption... values) {
        EnumSet<Assumption> assumed = EnumSet.noneOf(Assumption.class);
        assumed.addAll(state.assumptions());
        List.of(values).forEach(assumed::remove);
        state = state.assuming(Set.copyOf(assumed));
        return this;
    }

    /**
     * Whether an assumption holds.
     *
     * @param value which
     * @return {@code true} between {@link #assume} and {@link #forgo}
     */
    public boolean assumes(Assumption value) {
        return state.assumptions().contains(Objects.requireNonNull(value, "value"));
    }

    /**
     * Under which carts queries list captures, voids, releases and refunds.
     *
     * @param value {@link FollowUpListing#OWN_CART} at first
     * @return this
     */
    public synchronized Switches listFollowUps(FollowUpListing value) {
        state = state.telling(Objects.requireNonNull(value, "value"), state.holds(), state.voids());
        return this;
    }

    /**
     * What a query says of a held payment that was captured in the dashboard.
     *
     * @param value {@link HoldAfterCapture#HELD} at first
     * @return this
     */
    public synchronized Switches holdsAfterCapture(HoldAfterCapture value) {
        state = state.telling(state.listing(), Objects.requireNonNull(value, "value"), state.voids());
        return this;
    }

    /**
     * What queries and notifications call a void.
     *
     * @param value {@link VoidName#RELEASE_FOR_A_PART} at first
     * @return this
     */
    public synchronized Switches nameVoids(VoidName value) {
        state = state.telling(state.listing(), state.holds(), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * The currencies of the profile; others are refused with code 206.
     *
     * @param codes ISO 4217; none for all
     * @return this
     */
    public synchronized Switches currencies(String... codes) {
        state = state.with(Set.copyOf(new TreeSet<>(List.of(codes))), state.requestsPerMinute());
        return this;
    }

    /**
     * Refuses further payment requests inside one minute with HTTP 429 and code 5.
     *
     * @param most how many are let in; 0 for no limit
     * @return this
     * @throws IllegalArgumentException if it is negative or above 1,000,000
     */
    public synchronized Switches requestsPerMinute(int most) {
        if (most < 0 || most > 1_000_000) {
            throw new IllegalArgumentException("requestsPerMinute " + most + " is outside 0 to 1000000");
        }
        state = state.with(state.currencies(), most);
        return this;
    }

    /**
     * Gives the profile another server key, as a person does in the dashboard: calls with the old one are refused with HTTP 401 and
     * code 1, and notifications made from now on are signed with the new one.
     *
     * @param key not blank
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public synchronized Switches rotateServerKey(String key) {
        if (key.isBlank()) {
            throw new IllegalArgumentException("key is blank");
        }
        state = state.with(key);
        return this;
    }

    /**
     * Lets the gateway's clock go wrong. It shows in {@code transaction_time} of what is decided from now on, and nowhere else.
     *
     * @param by how far ahead; negative for behind, zero for right
     * @return this
     * @throws IllegalArgumentException if it is more than two days
     */
    public synchronized Switches skewClock(Duration by) {
        if (by.abs().compareTo(MOST_SKEW) > 0) {
            throw new IllegalArgumentException("skew " + by + " is more than two days");
        }
        state = state.skewed(by);
        return this;
    }

    synchronized void reset() {
        state = first;
    }

    String serverKey() {
        return state.serverKey();
    }

    boolean isKeyRotated() {
        return !state.serverKey().equals(first.serverKey());
    }

    Set<String> enabledCurrencies() {
        return state.currencies();
    }

    int mostPerMinute() {
        return state.requestsPerMinute();
    }

    Set<Assumption> assumptions() {
        return state.assumptions();
    }

    FollowUpListing listing() {
        return state.listing();
    }

    HoldAfterCapture holds() {
        return state.holds();
    }

    VoidName voids() {
        return state.voids();
    }

    Duration skew() {
        return state.skew();
    }
}
