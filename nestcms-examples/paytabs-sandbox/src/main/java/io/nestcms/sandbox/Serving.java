package io.nestcms.sandbox;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a call: counts it, lets the planned fault happen, does the work, writes the reply. */
final class Serving {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private final Faults faults;
    private final Calls calls;
    private final Wire wire;
    private final Settings settings;
    private final CountDownLatch closing = new CountDownLatch(1);

    Serving(Settings settings, Faults faults, Calls calls, Wire wire) {
        this.settings = settings;
        this.faults = faults;
        this.calls = calls;
        this.wire = wire;
    }

    /** @param key the path without what differs from call to call */
    void serve(Context ctx, String key, Supplier<Reply> work) throws IOException {
        Fault fault = faults.take(key);
        Calls.Call call = calls.arrived(key, fault);
        if (fault instanceof Fault.CutRequest cut) {
            int read = ctx.req().getInputStream().readNBytes(cut.bytes()).length;
            LOG.debug("{}: connection closed after {} bytes of the body", key, read);
            endPoint(ctx).close();
            return;
        }
        // read to the end before a connection is cut, else the client may see a reset instead of the bytes it was sent
        ctx.bodyAsBytes();
        Reply reply = answer(fault, work);
        calls.answered(call, reply.status());
        if (fault instanceof Fault.CutReply cut) {
            cut(ctx, reply, cut.bytes());
        } else {
            write(ctx, reply);
        }
    }

    /** Ends the delays that are under way. */
    void close() {
        closing.countDown();
    }

    private Reply answer(@Nullable Fault fault, Supplier<Reply> work) {
        if (fault instanceof Fault.Answer answer) {
            return refusal(answer);
        }
        if (fault instanceof Fault.Envelope envelope) {
            return Reply.json(envelope.status(), wire.error(envelope.code(), "Planned refusal"));
        }
        if (fault instanceof Fault.Delay delay) {
            pause(delay.time());
        }
        Reply reply = worked(work);
        if (fault instanceof Fault.DelayedReply delay) {
            pause(delay.time());
        }
        return reply;
    }

    private Reply worked(Supplier<Reply> work) {
        try {
            return work.get();
        } catch (RefusedException e) {
            boolean hidden = settings.assumes(Assumption.ENVELOPES_ARE_HTTP_200) && e.httpStatus() != 401;
            return Reply.json(hidden ? 200 : e.httpStatus(), wire.error(e.code(), e.text()));
        }
    }

    private Reply refusal(Fault.Answer answer) {
        int code = answer.status() == 429 ? 5 : 400;
        String text = answer.status() == 429 ? "Too many requests" : "Internal error";
        Reply reply = answer.html()
                ? Reply.html(answer.status(), Html.proxyPage(answer.status()))
                : Reply.json(answer.status(), wire.error(code, text));
        return answer.retryAfter() > 0 ? reply.with("Retry-After", String.valueOf(answer.retryAfter())) : reply;
    }

    private void pause(Duration time) {
        try {
            if (closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.debug("a delay ended early: the sandbox closes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Context ctx, Reply reply) {
        ctx.status(reply.status());
        reply.headers().forEach(ctx::header);
        ctx.result(reply.bytes());
    }

    private static void cut(Context ctx, Reply reply, int bytes) {
        EndPoint endPoint = endPoint(ctx);
        byte[] raw = reply.raw();
        int sent = Math.min(bytes, raw.length);
        if (sent > 0) {
            Callback.Completable written = new Callback.Completable();
            endPoint.write(written, ByteBuffer.wrap(raw, 0, sent));
            await(written);
        }
        endPoint.close();
    }

    private static void await(Callback.Completable written) {
        try {
            written.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the client went away before the cut", e);
        }
    }

    private static EndPoint endPoint(Context ctx) {
        return ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
    }
}
