package io.nestcms.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as it comes, and passes the request on when it is whole, has failed, or is longer than is kept: then the rest is read by
 * whoever takes it. The bytes are copied, since a network buffer is much larger than the few bytes that a slow sender puts into it.
 */
final class WholeRequest extends Request.Wrapper {
    private static final int KEPT = 128 * 1024;

    private final Consumer<Request> then;
    private final ByteArrayOutputStream came = new ByteArrayOutputStream(0);
    private Content.@Nullable Chunk next;
    private boolean rest;

    WholeRequest(Request request, Consumer<Request> then) {
        super(request);
        this.then = then;
    }

    /** Called once, and by itself whenever more has come. */
    void fill() {
        while (true) {
            Content.Chunk chunk = super.read();
            if (chunk == null) {
                super.demand(this::fill);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                next = chunk;
                then.accept(this);
                return;
            }
            boolean last = chunk.isLast();
            keep(chunk);
            if (last || came.size() > KEPT) {
                rest = !last;
                next = Content.Chunk.from(ByteBuffer.wrap(came.toByteArray()), last);
                then.accept(this);
                return;
            }
        }
    }

    private void keep(Content.Chunk chunk) {
        ByteBuffer bytes = chunk.getByteBuffer();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        came.writeBytes(copy);
        chunk.release();
    }

    @Override
    public Content.@Nullable Chunk read() {
        Content.Chunk given = next;
        if (given == null) {
            return super.read();
        }
        // of the end and of a failure there is no end
        next = rest ? null : Content.Chunk.next(given);
        return given;
    }

    @Override
    public void demand(Runnable more) {
        if (next == null) {
            super.demand(more);
        } else {
            more.run();
        }
    }
}
