package io.nestcms.paytabs;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call to PayTabs that is ready to go. It goes once: a second start is refused, so that no payment is sent twice by
 * mistake; what never left may be attempted again, as the client's guard allows. Every end is one of the {@linkplain PayTabsOutcome
 * outcomes}; what a gateway or a network does is never thrown.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> what an accepted call gives
 * @since 0.1
 */
public final class PayTabsCall<T> {
    private final Wire wire;
    private final Operation<T> operation;
    private final AtomicBoolean went = new AtomicBoolean();
    private volatile boolean givenUp;
    private volatile @Nullable Call running;

    /** All that the calls of one client have in common. */
    record Wire(Transport transport, Guard guard, CallLog log) {
        CallLog.Time time(Api api) {
            return log.time(guard.name(), api);
        }
    }

    PayTabsCall(Wire wire, Operation<T> operation) {
        this.wire = wire;
        this.operation = operation;
    }

    /**
     * Makes the call and waits for its end, at most the guard's deadline.
     *
     * @return the outcome. An interrupt of this thread ends the call; the thread stays interrupted
     * @throws IllegalStateException if the call went already
     */
    public PayTabsOutcome<T> execute() {
        return run(null);
    }

    /**
     * Makes the call and waits for its end.
     *
     * @param limit the longest to wait for all attempts; the guard's deadline and the client's call timeout hold too
     * @return the outcome. An interrupt of this thread ends the call; the thread stays interrupted
     * @throws IllegalStateException if the call went already
     */
    public PayTabsOutcome<T> execute(Duration limit) {
        return run(Objects.requireNonNull(limit, "limit"));
    }

    /**
     * Makes the call on threads of the HTTP client.
     *
     * @return completes with the outcome, never exceptionally. To give the call up use {@link #cancel()}: cancelling the
     *     future alone would lose the outcome
     * @throws IllegalStateException if the call went already
     */
    public CompletableFuture<PayTabsOutcome<T>> start() {
        claim();
        CallLog.Time time = wire.time(operation.api());
        return wire.guard()
                .<T>start(operation.api().lane(), () -> givenUp, this::fly)
                .thenApply(end -> time.end(end).outcome());
    }

    /**
     * Gives the call up. Its outcome is {@link PayTabsOutcome.NotSent} when it had not left yet and {@link
     * PayTabsOutcome.Indeterminate} when it had. A wait before a further attempt goes on to its end. Without effect before the start
     * and after the end; may be repeated.
     */
    public void cancel() {
        if (went.get()) {
            givenUp = true;
            Call call = running;
            if (call != null) {
                call.cancel();
            }
        }
    }

    private PayTabsOutcome<T> run(@Nullable Duration limit) {
        claim();
        CallLog.Time time = wire.time(operation.api());
        CallEnd<T> end = wire.guard().call(operation.api().lane(), limit, () -> givenUp, this::attempt);
        return time.end(end).outcome();
    }

    private void claim() {
        if (!went.compareAndSet(false, true)) {
            throw new IllegalStateException("this call went already; ask the client for another one");
        }
    }

    private CallEnd<T> attempt(Duration left) {
        return known(() -> {
            Flight flight = new Flight();
            Call call = prepare(flight, left);
            CallLog.Entry entry = wire.log().begin(operation);
            return judged(entry, exchange(call, flight));
        });
    }

    private void fly(Duration left, Consumer<CallEnd<T>> ended) {
        try {
            enqueue(left, ended);
        } catch (Throwable broken) {
            ended.accept(broken(broken));
        }
    }

    private void enqueue(Duration left, Consumer<CallEnd<T>> ended) {
        Flight flight = new Flight();
        Call call = prepare(flight, left);
        CallLog.Entry entry = wire.log().begin(operation);
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException failure) {
                ended.accept(known(() -> judged(entry, wire.transport().ended(failed, flight, failure))));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                ended.accept(known(() -> judged(entry, whole(answered, flight, response))));
            }
        });
    }

    /** Nothing is thrown: OkHttp swallows what a callback throws, and a payment's caller could not tell what became of it. */
    private static <T> CallEnd<T> known(Supplier<CallEnd<T>> end) {
        try {
            return end.get();
        } catch (Throwable broken) {
            return broken(broken);
        }
    }

    /** A bug of ours, an interceptor's, or no memory left: the request may be out. */
    private static <T> CallEnd<T> broken(Throwable broken) {
        return CallEnd.indeterminate("the call broke: " + broken.getClass().getSimpleName(), Health.OTHER);
    }

    private Call prepare(Flight flight, Duration left) {
        Call call = wire.transport().call(operation, flight, left);
        running = call;
        if (givenUp) {
            call.cancel();
        }
        return call;
    }

    private Exchange exchange(Call call, Flight flight) {
        Response response;
        try {
            response = call.execute();
        } catch (IOException failure) {
            return wire.transport().ended(call, flight, failure);
        } catch (Throwable bug) {
            // of the caller's own interceptor, say: it does not undo that the request may have left
            return wire.transport().ended(call, flight, new IOException("the call broke", bug));
        }
        return whole(call, flight, response);
    }

    private Exchange whole(Call call, Flight flight, Response response) {
        try {
            return wire.transport().read(response);
        } catch (IOException failure) {
            return wire.transport().ended(call, flight, failure);
        } catch (Throwable bug) {
            return wire.transport().ended(call, flight, new IOException("the call broke", bug));
        }
    }

    private CallEnd<T> judged(CallLog.Entry entry, Exchange exchange) {
        CallEnd<T> end = judge(exchange);
        entry.end(exchange, end);
        return end;
    }

    private CallEnd<T> judge(Exchange exchange) {
        try {
            return Replies.judge(exchange, operation);
        } catch (Throwable bug) {
            // the request is out and was answered: not even a mistake of ours may say otherwise
            return CallEnd.indeterminate(
                    "an answer that broke its reader: " + bug.getClass().getSimpleName(), Health.OTHER);
        }
    }
}
