package io.nestcms.server.http;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a request without holding a thread, hands it to the threads of its kind, and sends the answer without holding one. So those who
 * send or read slowly keep no thread from anybody, and whatever the API's calls wait for, health and the gateway's notifications go on.
 * Whether the process lives is answered on the spot.
 */
final class Lanes extends Handler.Wrapper {
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int WAITING = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final String FULL =
            "{\"type\":\"urn:nestcms:problem:busy\",\"title\":\"Too many requests at once\",\"status\":503}";

    private final Connections connections;
    private final AnswerSpace space = new AnswerSpace(Runtime.getRuntime().maxMemory() / 8);
    private final Predicate<String> urgent;
    private final ExecutorService calls;
    private final ExecutorService notifications;
    private final ExecutorService health;

    /** {@code urgent} knows the paths of the gateway's notifications. */
    Lanes(Connections connections, Predicate<String> urgent) {
        this(connections, urgent, 200, WAITING);
    }

    Lanes(Connections connections, Predicate<String> urgent, int mostCalls, int waiting) {
        this.connections = connections;
        this.urgent = urgent;
        this.calls = threads("nestcms-http", mostCalls, waiting);
        this.notifications = threads("nestcms-http-urgent", 50, waiting);
        this.health = threads("nestcms-http-health", 10, waiting);
    }

    private static ExecutorService threads(String name, int most, int waiting) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most, most, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Connections.Line line = connections.of(request.getConnectionMetaData().getConnection());
        Request.addCompletionListener(request, ended -> line.rest());
        String path = Request.getPathInContext(request);
        new WholeRequest(request, whole -> begin(lane(path), line, whole, response, callback)).fill();
        return true;
    }

    private @Nullable ExecutorService lane(String path) {
        if (path.equals("/health/liveness")) {
            return null;
        }
        if (path.equals("/health") || path.startsWith("/health/") || path.equals("/metrics")) {
            return health;
        }
        return urgent.test(path) ? notifications : calls;
    }

    private void begin(
            @Nullable ExecutorService lane,
            Connections.Line line,
            Request request,
            Response response,
            Callback callback) {
        line.whole();
        if (lane == null) {
            work(line, request, response, callback);
            return;
        }
        try {
            lane.execute(() -> work(line, request, response, callback));
        } catch (RejectedExecutionException full) {
            LOG.debug("A request is turned away: {}", full.toString());
            turnAway(response, callback);
        }
    }

    /** As every other refusal, which are made behind the threads that are all taken. */
    private static void turnAway(Response response, Callback callback) {
        response.setStatus(503);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        Content.Sink.write(response, true, FULL, callback);
    }

    private void work(Connections.Line line, Request request, Response response, Callback callback) {
        line.work();
        HeldAnswer answer = new HeldAnswer(request, response, callback, line, space);
        try {
            if (!super.handle(request, answer, answer.end())) {
                Response.writeError(request, answer, answer.end(), 404);
            }
        } catch (Exception | Error failed) {
            Response.writeError(request, answer, answer.end(), failed);
        }
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        calls.shutdown();
        notifications.shutdown();
        health.shutdown();
    }
}
