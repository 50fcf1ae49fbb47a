package io.nestcms.notification;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** An HTTP API of somebody else's: keeps what it got, answers what it is told to. */
final class FakeService implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    final List<Call> calls = new CopyOnWriteArrayList<>();

    record Call(String path, Map<String, List<String>> headers, byte[] body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(it -> it.getKey().equalsIgnoreCase(name))
                    .map(it -> it.getValue().get(0))
                    .findFirst()
                    .orElse("");
        }
    }

    record Reply(int status, Map<String, String> headers) {}

    FakeService() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            calls.add(new Call(
                    exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    exchange.getRequestBody().readAllBytes()));
            Reply reply = replies.poll();
            if (reply != null) {
                reply.headers.forEach(exchange.getResponseHeaders()::set);
            }
            exchange.sendResponseHeaders(reply == null ? 200 : reply.status, -1);
        }
    }

    /** Answers the next call so; those after the last told with 200. */
    FakeService next(int status) {
        replies.add(new Reply(status, Map.of()));
        return this;
    }

    FakeService next(int status, String header, String value) {
        replies.add(new Reply(status, Map.of(header, value)));
        return this;
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
