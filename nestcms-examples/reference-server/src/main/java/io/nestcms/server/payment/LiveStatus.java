package io.nestcms.server.payment;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import io.nestcms.access.Permission;
import io.nestcms.payment.Payment;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.access.Caller;
import io.nestcms.server.http.Problem;
import io.nestcms.server.payment.Seats.Seat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells browsers of payments that changed, over server-sent events. A browser hears of its own merchant's payments only,
 * and no longer than its access token is good. What is told may be missed while a connection is down: a browser that
 * connects asks for the list first.
 */
public final class LiveStatus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveStatus.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MAILBOX = 256;
    private static final String SEAT = "seat";

    private final Clock clock;
    private final Executor writers;
    private final ScheduledFuture<?> heartbeat;
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final Seats seats = new Seats();
    private volatile boolean closed;

    public LiveStatus(Clock clock, Executor writers, ScheduledExecutorService timer) {
        this.clock = clock;
        this.writers = writers;
        this.heartbeat = timer.scheduleWithFixedDelay(
                this::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    public void register(RoutesConfig routes, AuthRoutes auth) {
        Handler stream = new SseHandler(0, this::connect);
        routes.get("/events", auth.protect(Permission.READ, "payment", context -> {
            String accept = context.header("Accept");
            if (accept == null || !accept.contains("text/event-stream")) {
                throw Problem.of(406, "not-acceptable", "This is a stream", "ask for it with Accept: text/event-stream")
                        .asException();
            }
            Seat seat = seats.take(AuthRoutes.caller(context).merchant());
            context.attribute(SEAT, seat);
            try {
                stream.handle(context);
            } catch (RuntimeException | Error failed) {
                seat.leave();
                throw failed;
            }
        }));
    }

    private void connect(SseClient connection) {
        Caller caller = AuthRoutes.caller(connection.ctx());
        Seat seat = Objects.requireNonNull(connection.ctx().attribute(SEAT), "seat");
        if (closed) {
            seat.leave();
            connection.close();
            return;
        }
        connection.ctx().header("Cache-Control", "no-store");
        connection.keepAlive();
        Client client = new Client(connection, caller);
        connection.onClose(() -> {
            seat.leave();
            clients.remove(client);
        });
        clients.add(client);
        client.tell(new Message("ready", "{}"));
        if (closed) {
            client.end();
        }
    }

    /** Tells the payment's merchant. */
    public void changed(Payment payment) {
        Message message = new Message("payment", PaymentJson.summary(payment).toString());
        String merchant = payment.claim().key().scope();
        clients.stream()
                .filter(client -> client.caller.merchant().equals(merchant))
                .forEach(client -> client.tell(message));
    }

    public int clients() {
        return clients.size();
    }

    private void beat() {
        Instant now = clock.instant();
        for (Client client : clients) {
            if (now.isBefore(client.caller.until())) {
                client.tell(new Message(null, ""));
            } else {
                client.end();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        heartbeat.cancel(false);
        clients.forEach(Client::end);
    }

    /** One message; without a name it is a sign of life. */
    private record Message(@Nullable String event, String data) {}

    /** A browser with a mailbox of its own, so that a slow one keeps nobody waiting. */
    private final class Client {
        private final SseClient connection;
        private final Caller caller;
        private final BlockingQueue<Message> mailbox = new ArrayBlockingQueue<>(MAILBOX);
        private final AtomicBoolean writing = new AtomicBoolean();

        private Client(SseClient connection, Caller caller) {
            this.connection = connection;
            this.caller = caller;
        }

        void tell(Message message) {
            if (!mailbox.offer(message)) {
                LOG.info("A browser that does not read is cut off; it asks for the list when it is back");
                end();
                return;
            }
            write();
        }

        private void write() {
            if (!mailbox.isEmpty() && writing.compareAndSet(false, true)) {
                writers.execute(this::drain);
            }
        }

        private void drain() {
            try {
                for (Message next = mailbox.poll(); next != null; next = mailbox.poll()) {
                    if (next.event() == null) {
                        connection.sendComment("alive");
                    } else {
                        connection.sendEvent(next.event(), next.data());
                    }
                }
            } finally {
                writing.set(false);
            }
            write();
        }

        void end() {
            clients.remove(this);
            connection.close();
        }
    }
}
