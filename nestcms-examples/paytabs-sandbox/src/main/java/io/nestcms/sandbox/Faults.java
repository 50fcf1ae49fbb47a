package io.nestcms.sandbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong next: planned by count, or by chance from the sandbox's seed. Planned faults of one path are used up in the
 * order in which they were asked for, one for each call; chance comes after them.
 *
 * <p>Safe for use by many threads. With many callers at once, the seed fixes which draws are unlucky, not which caller makes
 * them.
 *
 * @since 0.1
 */
public final class Faults {
    private final RandomGenerator random;
    private final Switches switches;
    private final Deque<Planned<Fault>> calls = new ArrayDeque<>();
    private final Deque<Planned<CallbackFault>> callbacks = new ArrayDeque<>();
    private final Deque<Planned<String>> decisions = new ArrayDeque<>();
    private final List<Chance<Fault>> callChances = new ArrayList<>();
    private final List<Chance<CallbackFault>> callbackChances = new ArrayList<>();
    private final List<Chance<String>> decisionChances = new ArrayList<>();
    private final Deque<Integer> inputCuts = new ArrayDeque<>();
    private final List<Supplier<CompletableFuture<Void>>> held = new ArrayList<>();
    private final Map<String, Long> happened = new TreeMap<>();
    private @Nullable Listener main;
    private int toHold;

    Faults(RandomGenerator random, Switches switches) {
        this.random = random;
        this.switches = switches;
    }

    /** The port that can be closed; told once, before the first caller can know of this object. */
    synchronized void attach(Listener listener) {
        main = listener;
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

    private record Chance<T>(double share, String path, List<T> faults) {}

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
     * A share of all calls of a path goes wrong, until {@link #clear()}. Several rules of one path are drawn one after the
     * other.
     *
     * @param share 0 to 1
     * @param path as in {@link #next}
     * @param faults one of them happens, all equally likely; one or more
     * @return this
     * @throws IllegalArgumentException if the share is outside 0 to 1 or there are no faults
     */
    public synchronized Faults randomly(double share, String path, Fault... faults) {
        callChances.add(chance(share, path, List.of(faults)));
        return this;
    }

    /**
     * A share of all notifications goes wrong, until {@link #clear()}.
     *
     * @param share 0 to 1
     * @param faults one of them happens, all equally likely; one or more
     * @return this
     * @throws IllegalArgumentException if the share is outside 0 to 1 or there are no faults
     */
    public synchronized Faults randomCallbacks(double share, CallbackFault... faults) {
        callbackChances.add(chance(share, "*", List.of(faults)));
        return this;
    }

    /**
     * The next payments or follow-ups come to another end, whatever the card: for example {@code 900} (on hold), {@code 401} (no
     * response), {@code 355} (expired), {@code 305} (wrong CVV). Follow-ups that would be declined anyway do not use one up.
     *
     * @param count how many, 1 or more
     * @param type {@code sale}, {@code auth}, {@code register}, {@code capture}, {@code void}, {@code release}, {@code refund},
     *     {@code authext}, or {@code *} for all
     * @param code three digits, as the test cards have it
     * @return this
     * @throws IllegalArgumentException if the count is below 1, or there is no such type or code
     */
    public synchronized Faults nextDecisions(int count, String type, String code) {
        decisions.addLast(new Planned<>(decisionType(type), decisionCode(code), positive(count)));
        return this;
    }

    /**
     * A share of the payments or follow-ups comes to another end, until {@link #clear()}.
     *
     * @param share 0 to 1
     * @param type as in {@link #nextDecisions}
     * @param codes one of them, all equally likely; one or more
     * @return this
     * @throws IllegalArgumentException if the share is outside 0 to 1, or there is no such type or code
     */
    public synchronized Faults randomDecisions(double share, String type, String... codes) {
        List<String> checked = List.of(codes).stream().map(Faults::decisionCode).toList();
        decisionChances.add(chance(share, decisionType(type), checked));
        return this;
    }

    private static String decisionType(String type) {
        if (type.equals("*") || TranType.named(type).isPresent()) {
            return type.toLowerCase(Locale.ROOT);
        }
        throw new IllegalArgumentException("type '" + type + "' is neither * nor a transaction type");
    }

    private static String decisionCode(String code) {
        if (!code.matches("\\d{3}")) {
            throw new IllegalArgumentException("code '" + code + "' is not three digits");
        }
        return code;
    }

    /**
     * Holds the next notifications back and, when the last of them is there, sends them in reverse order, each after the one
     * before was answered.
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
     * Breaks the next connection that carries something as soon as so many bytes of it have arrived, counted from the first
     * byte of the request line. Not used up by connections that are idle. A request that is shorter passes.
     *
     * @param bytes 1 or more
     * @return this
     * @throws IllegalArgumentException if bytes is below 1
     */
    public synchronized Faults cutNextInput(int bytes) {
        inputCuts.addLast(positive(bytes));
        return this;
    }

    /**
     * Closes the main port: connections are refused until {@link #acceptConnections()}. Open connections are cut. Repeating
     * it changes nothing.
     *
     * @return this
     */
    public Faults refuseConnections() {
        happened("refuse");
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
     * Forgets every fault, sends what is held back, puts every {@linkplain Switches switch} back and opens the main port.
     *
     * @return this
     */
    public Faults clear() {
        List<Supplier<CompletableFuture<Void>>> release;
        synchronized (this) {
            calls.clear();
            callbacks.clear();
            decisions.clear();
            callChances.clear();
            callbackChances.clear();
            decisionChances.clear();
            inputCuts.clear();
            toHold = 0;
            release = drainHeld();
        }
        sendInTurn(release);
        switches.reset();
        main().accept();
        return this;
    }

    /**
     * How many calls, decisions, notifications and connections are still planned to go wrong; chance is not counted.
     *
     * @return 0 when every planned fault was used up
     */
    public synchronized int left() {
        return calls.stream().mapToInt(p -> p.left).sum()
                + callbacks.stream().mapToInt(p -> p.left).sum()
                + decisions.stream().mapToInt(p -> p.left).sum()
                + inputCuts.size();
    }

    /**
     * How often each kind of fault has happened since the start, {@link #clear()} or not.
     *
     * @return by the names that the control port takes, for example {@code drop-reply}; those that never happened are missing
     */
    public synchronized Map<String, Long> happened() {
        return new TreeMap<>(happened);
    }

    private synchronized void happened(String kind) {
        happened.merge(kind, 1L, Long::sum);
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
        Fault fault = take(calls, callChances, path);
        if (fault != null) {
            happened(fault.kind());
        }
        return fault;
    }

    synchronized @Nullable CallbackFault takeCallback() {
        CallbackFault fault = take(callbacks, callbackChances, "*");
        if (fault != null) {
            happened(fault.kind());
        }
        return fault;
    }

    /** The response code that the next decision of the type comes to; {@code null} for the usual one. */
    synchronized @Nullable String takeDecision(TranType type) {
        String code = take(decisions, decisionChances, type.name().toLowerCase(Locale.ROOT));
        if (code != null) {
            happened("decision");
        }
        return code;
    }

    /** Where the connection that just became busy is to be cut; 0 for not at all. */
    synchronized int takeInputCut() {
        Integer bytes = inputCuts.pollFirst();
        if (bytes == null) {
            return 0;
        }
        happened("cut-input");
        return bytes;
    }

    /** Holds a notification back if a reordering is under way; the last one sends them all, newest first. */
    boolean hold(Supplier<CompletableFuture<Void>> send) {
        List<Supplier<CompletableFuture<Void>>> release;
        synchronized (this) {
            if (toHold == 0) {
                return false;
            }
            held.add(send);
            if (held.size() < toHold) {
                return true;
            }
            toHold = 0;
            happened("callback-reorder");
            release = drainHeld();
        }
        sendInTurn(release);
        return true;
    }

    private static void sendInTurn(List<Supplier<CompletableFuture<Void>>> sends) {
        CompletableFuture<Void> turn = CompletableFuture.completedFuture(null);
        for (Supplier<CompletableFuture<Void>> send : sends) {
            turn = turn.thenCompose(done -> send.get());
        }
    }

    private List<Supplier<CompletableFuture<Void>>> drainHeld() {
        List<Supplier<CompletableFuture<Void>>> release = new ArrayList<>(held);
        held.clear();
        Collections.reverse(release);
        return release;
    }

    private synchronized Listener main() {
        return Objects.requireNonNull(main, "main");
    }

    private <T> @Nullable T take(Deque<Planned<T>> plan, List<Chance<T>> chances, String path) {
        for (Iterator<Planned<T>> each = plan.iterator(); each.hasNext(); ) {
            Planned<T> planned = each.next();
            if (matches(planned.path, path)) {
                planned.left--;
                if (planned.left == 0) {
                    each.remove();
                }
                return planned.fault;
            }
        }
        for (Chance<T> chance : chances) {
            if (matches(chance.path(), path) && random.nextDouble() < chance.share()) {
                return chance.faults().get(random.nextInt(chance.faults().size()));
            }
        }
        return null;
    }

    private static boolean matches(String rule, String path) {
        return rule.equals("*") || rule.equals(path);
    }

    private static <T> Chance<T> chance(double share, String path, List<T> faults) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share + " is outside 0 to 1");
        }
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("faults is empty");
        }
        return new Chance<>(share, path, faults);
    }

    private static int positive(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("value " + count + " is below 1");
        }
        return count;
    }
}
