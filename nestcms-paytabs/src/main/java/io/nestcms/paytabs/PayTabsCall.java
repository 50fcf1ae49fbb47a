package io.nestcms.paytabs;

import io.nestcms.payment.GatewayOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call to PayTabs that is ready to go. It goes once: a second start is refused, so that no payment is sent twice by
 * mistake. Every end is one of the four {@linkplain GatewayOutcome outcomes}; what a gateway or a network does is never
 * thrown.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> what an accepted call gives
 * @since 0.1
 */
public final class PayTabsCall<T> {
    private final Transport transport;
    private final CallLog log;
    private final Operation<T> operation;
    private final AtomicReference<@Nullable Call> running = new AtomicReference<>();

    PayTabsCall(Transport transport, CallLog log, Operation<T> operation) {
        this.transport = transport;
        this.log = log;
        this.operation = operation;
    }

    /**
     * Makes the call and waits for its end, at most the client's call timeout.
     *
     * @return the outcome. An interrupt of this thread ends the call; the thread stays interrupted
     * @throws IllegalStateException if the call went already
     */
    public GatewayOutcome<T> execute() {
        return run(null).outcome();
    }

    /**
     * Makes the call and waits for its end.
     *
     * @param limit the longest to wait; the client's call timeout holds too
     * @return the outcome. An interrupt of this thread ends the call; the thread stays interrupted
     * @throws IllegalStateException if the call went already
     */
    public GatewayOutcome<T> execute(Duration limit) {
        return run(Objects.requireNonNull(limit, "limit")).outcome();
    }

    /**
     * Makes the call on a thread of the HTTP client.
     *
     * @return completes with the outcome, never exceptionally. To give the call up use {@link #cancel()}: cancelling the
     *     future alone would lose the outcome
     * @throws IllegalStateException if the call went already
     */
    public CompletableFuture<GatewayOutcome<T>> start() {
        Flight flight = new Flight();
        Call call = claim(flight, null);
        CallLog.Entry entry = log.begin(operation.method(), operation.path());
        CompletableFuture<GatewayOutcome<T>> future = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException failure) {
                future.complete(
                        judged(entry, transport.ended(failed, flight, failure)).outcome());
            }

            @Override
            public void onResponse(Call answered, Response response) {
                future.complete(judged(entry, whole(answered, flight, response)).outcome());
            }
        });
        return future;
    }

    /**
     * Gives the call up. Its outcome is {@link GatewayOutcome.NotSent} when it had not left yet and {@link
     * GatewayOutcome.Indeterminate} when it had. Without effect before the start and after the end; may be repeated.
     */
    public void cancel() {
        Call call = running.get();
        if (call != null) {
            call.cancel();
        }
    }

    /** Makes the call; for the gateway, whose breaker wants to know more than the outcome. */
    CallEnd<T> run(@Nullable Duration limit) {
        Flight flight = new Flight();
        Call call = claim(flight, limit);
        CallLog.Entry entry = log.begin(operation.method(), operation.path());
        return judged(entry, exchange(call, flight));
    }

    private Call claim(Flight flight, @Nullable Duration limit) {
        Call call = transport.call(operation, flight, limit);
        if (!running.compareAndSet(null, call)) {
            throw new IllegalStateException("this call went already; ask the client for another one");
        }
        return call;
    }

    private Exchange exchange(Call call, Flight flight) {
        Response response;
        try {
            response = call.execute();
        } catch (IOException failure) {
            return transport.ended(call, flight, failure);
        } catch (RuntimeException bug) {
            // of the caller's own interceptor, say: it does not undo that the request may have left
            return transport.ended(call, flight, new IOException(bug));
        }
        return whole(call, flight, response);
    }

    private Exchange whole(Call call, Flight flight, Response response) {
        try {
            return transport.read(response);
        } catch (IOException failure) {
            return transport.ended(call, flight, failure);
        } catch (RuntimeException bug) {
            return transport.ended(call, flight, new IOException(bug));
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
        } catch (RuntimeException bug) {
            // the request is out and was answered: not even a mistake of ours may say otherwise
            return CallEnd.indeterminate(
                    "an answer that broke its reader: " + bug.getClass().getSimpleName(), Health.OTHER);
        }
    }
}
