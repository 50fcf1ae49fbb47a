package io.nestcms.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an answer until it is whole and sends it while its writer goes on. Streams, long answers, and all when there is no room, are
 * written as they come; then the writer waits for the reader, as long as that one keeps the pace.
 */
final class HeldAnswer extends Response.Wrapper {
    private static final int KEPT = 1024 * 1024;

    private final Callback callback;
    private final Connections.Line line;
    private final AnswerSpace space;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private final Callback end = Callback.from(this::succeeded, this::failed);
    private boolean direct;
    private int taken;

    private final Object lock = new Object();
    private boolean sending;
    private @Nullable Throwable broken;
    private @Nullable Runnable after;

    HeldAnswer(Request request, Response response, Callback callback, Connections.Line line, AnswerSpace space) {
        super(request, response);
        this.callback = callback;
        this.line = line;
        this.space = space;
    }

    /** What the handler completes: the request is over when its answer has gone out too. */
    Callback end() {
        return end;
    }

    @Override
    public void write(boolean last, ByteBuffer bytes, Callback written) {
        if (!direct && keep(bytes)) {
            if (last) {
                send();
            }
            written.succeeded();
            return;
        }
        direct = true;
        ByteBuffer all = bytes;
        if (held.size() > 0) {
            all = joined(bytes);
        }
        line.write(BufferUtil.length(all));
        super.write(last, all, Callback.from(line::written, written));
    }

    private boolean keep(@Nullable ByteBuffer bytes) {
        int length = BufferUtil.length(bytes);
        String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
        if ((type != null && type.startsWith("text/event-stream"))
                || held.size() + length > KEPT
                || !space.take(length)) {
            return false;
        }
        taken += length;
        if (length > 0) {
            held.writeBytes(BufferUtil.toArray(bytes));
            BufferUtil.clear(bytes);
        }
        return true;
    }

    private ByteBuffer joined(@Nullable ByteBuffer bytes) {
        if (BufferUtil.length(bytes) > 0) {
            held.writeBytes(BufferUtil.toArray(bytes));
            BufferUtil.clear(bytes);
        }
        ByteBuffer all = ByteBuffer.wrap(held.toByteArray());
        held.reset();
        giveBack();
        return all;
    }

    private void send() {
        synchronized (lock) {
            sending = true;
        }
        ByteBuffer all = ByteBuffer.wrap(held.toByteArray());
        held.reset();
        line.write(all.remaining());
        line.answering();
        super.write(true, all, Callback.from(() -> sent(null), this::sent));
    }

    private void sent(@Nullable Throwable failure) {
        giveBack();
        line.written();
        Runnable next;
        synchronized (lock) {
            sending = false;
            broken = failure;
            next = after;
        }
        if (next != null) {
            next.run();
        }
    }

    private void giveBack() {
        space.giveBack(taken);
        taken = 0;
    }

    private void succeeded() {
        later(() -> {
            Throwable failure;
            synchronized (lock) {
                failure = broken;
            }
            if (failure == null) {
                callback.succeeded();
            } else {
                callback.failed(failure);
            }
        });
    }

    private void failed(Throwable failure) {
        giveBackUnsent();
        later(() -> callback.failed(failure));
    }

    private void giveBackUnsent() {
        synchronized (lock) {
            if (sending) {
                return;
            }
        }
        giveBack();
    }

    private void later(Runnable task) {
        synchronized (lock) {
            if (sending) {
                after = task;
                return;
            }
        }
        task.run();
    }

    /** What was held for an answer that is begun anew, an error's, is forgotten. */
    @Override
    public void reset() {
        held.reset();
        giveBack();
        super.reset();
    }
}
