package io.nestcms.sandbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong next. Faults of one path are used up in the order in which they were asked for, one for each call.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Faults {
    private final Deque<Planned<Fault>> calls = new ArrayDeque<>();
    private final Deque<Planned<CallbackFault>> callbacks = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>();
    private @Nullable Listener main;
    private int toHold;

    Faults() {}

    /** The port that can be closed; told once, before the first caller can know of this object. */
    synchronized void attach(Listener listener) {
        main = listener;
    }

    private synchronized Listener main() {
        return Objects.requireNonNull(main, "main");
    }

    private static final class Planned<T> {
        final String path;
        final T fault;
        int left;

        Planned(String path, T fault, int left) {
            this.path = path;
            this.fault = fault;
            this.left = left;
        }
    }

    /**
     * The next calls of a path go wrong.
     *
     * @param count how many, 1 or more
     * @param path for example {@code /payment/request}; {@code /payment/page} and {@code /payment/wr} stand for all the
     *     payer's pages, {@code *} for every path
     * @param fault what happens to each
     * @return this
     * @throws IllegalArgumentException if the count is below 1
     */
    public synchronized Faults next(int count, String path, Fault fault) {
        calls.addLast(new Planned<>(path, fault, positive(count)));
        return this;
    }

    /**
     * The next notifications go wrong.
     *
     * @param count how many, 1 or more; the tries of one notification count once
     * @param fault what happens to each
     * @return this
     * @throws IllegalArgumentException if the count is below 1
     */
    public synchronized Faults nextCallbacks(int count, CallbackFault fault) {
        callbacks.addLast(new Planned<>("*", fault, positive(count)));
        return this;
    }

    /**
     * Holds the next notifications back and, when the last of them is there, sends them in reverse order.
     *
     * @param count how many, 2 or more
     * @return this
     * @throws IllegalArgumentException if the count is below 2
     */
    public synchronized Faults reorderCallbacks(int count) {
        if (count < 2) {
            throw new IllegalArgumentException("count " + count + " is below 2");
        }
        toHold = count;
        return this;
    }

    /**
     * Closes the main port: connections are refused until {@link #acceptConnections()}. Open connections are cut. Repeating
     * it changes nothing.
     *
     * @return this
     */
    public Faults refuseConnections() {
        main().refuse();
        return this;
    }

    /**
     * Opens the main port again, with the same number. Repeating it changes nothing.
     *
     * @return this
     */
    public Faults acceptConnections() {
        main().accept();
        return this;
    }

    /**
     * Forgets every planned fault, sends what is held back and opens the main port.
     *
     * @return this
     */
    public Faults clear() {
        List<Runnable> release;
        synchronized (this) {
            calls.clear();
            callbacks.clear();
            toHold = 0;
            release = drainHeld();
        }
        release.forEach(Runnable::run);
        main().accept();
        return this;
    }

    /**
     * How many calls and notifications are still to go wrong.
     *
     * @return 0 when every planned fault was used up
     */
    public synchronized int left() {
        return calls.stream().mapToInt(p -> p.left).sum()
                + callbacks.stream().mapToInt(p -> p.left).sum();
    }

    /**
     * Whether the main port takes connections.
     *
     * @return {@code false} between {@link #refuseConnections()} and {@link #acceptConnections()}
     */
    public boolean accepting() {
        return main().isOpen();
    }

    synchronized @Nullable Fault take(String path) {
        return take(calls, path).orElse(null);
    }

    synchronized @Nullable CallbackFault takeCallback() {
        return take(callbacks, "*").orElse(null);
    }

    /** Holds a notification back if a reordering is under way; the last one sends them all, newest first. */
    boolean hold(Runnable send) {
        List<Runnable> release;
        synchronized (this) {
            if (toHold == 0) {
                return false;
            }
            held.add(send);
            if (held.size() < toHold) {
                return true;
            }
            toHold = 0;
            release = drainHeld();
        }
        release.forEach(Runnable::run);
        return true;
    }

    private List<Runnable> drainHeld() {
        List<Runnable> release = new ArrayList<>(held);
        held.clear();
        Collections.reverse(release);
        return release;
    }

    private static <T> Optional<T> take(Deque<Planned<T>> plan, String path) {
        for (Iterator<Planned<T>> each = plan.iterator(); each.hasNext(); ) {
            Planned<T> planned = each.next();
            if (planned.path.equals("*") || planned.path.equals(path)) {
                planned.left--;
                if (planned.left == 0) {
                    each.remove();
                }
                return Optional.of(planned.fault);
            }
        }
        return Optional.empty();
    }

    private static int positive(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count " + count + " is below 1");
        }
        return count;
    }
}
