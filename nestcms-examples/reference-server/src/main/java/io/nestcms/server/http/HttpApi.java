package io.nestcms.server.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import io.nestcms.access.SessionStoreException;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.DatabaseUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The HTTP server: routes, the one place that turns failures into answers, and a stop that lets requests finish. */
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final String REQUEST_ID = "X-Request-Id";
    private static final int SEND_BUFFER = 256 * 1024;
    private static final String STARTED = "startedNanos";

    private final Javalin javalin;

    private HttpApi(Javalin javalin) {
        this.javalin = javalin;
    }

    /**
     * What the routes are made of.
     *
     * @param observer hears of each finished request
     * @param databaseRetry tells after how long a database that does not answer may be asked again
     * @param routes adds the routes
     * @param urgent knows the paths of notifications, which have threads of their own
     * @param limits what clients may keep for themselves
     * @param proxy knows the proxies in front, through which many clients come
     * @param nanos the monotonic clock that their pace is measured with
     */
    public record Parts(
            RequestObserver observer,
            Supplier<Duration> databaseRetry,
            Consumer<RoutesConfig> routes,
            Predicate<String> urgent,
            ClientLimits limits,
            Predicate<InetAddress> proxy,
            LongSupplier nanos) {}

    /** Hears of each finished request: for metrics. */
    public interface RequestObserver {
        void finished(String method, String route, int status, Duration took);
    }

    /** Builds the server without starting it. */
    public static HttpApi create(ServerSocketChannel socket, Duration drain, Parts parts) {
        Javalin javalin = Javalin.create(config -> {
            configure(config, socket, drain, parts);
            RoutesConfig routes = config.routes;
            routes.before(HttpApi::begin);
            parts.routes().accept(routes);
            routes.after(context -> end(context, parts.observer()));
            failures(routes, parts.databaseRetry());
        });
        return new HttpApi(javalin);
    }

    private static void configure(JavalinConfig config, ServerSocketChannel socket, Duration drain, Parts parts) {
        Connections connections = new Connections(parts.limits(), parts.proxy(), parts.nanos());
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.jetty.modifyServer(server -> {
            GracefulHandler graceful = new GracefulHandler();
            HeadAsGet heads = new HeadAsGet();
            heads.setHandler(new Lanes(connections, parts.urgent()));
            graceful.setHandler(heads);
            server.setHandler(graceful);
            server.addBean(new Pacer(connections, parts.limits().grace()));
            server.setStopTimeout(drain.toMillis());
        });
        config.jetty.addConnector((server, http) -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(16 * 1024);
            return listening(server, http, socket, connections);
        });
    }

    /** The socket is bound before anything else starts, so the address is known and a taken port is told at once. */
    private static Connector listening(
            Server server, HttpConfiguration http, ServerSocketChannel socket, Connections connections) {
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.addBean(connections);
        // what the kernel holds for one who does not read
        connector.setAcceptedSendBufferSize(SEND_BUFFER);
        try {
            connector.open(socket);
        } catch (IOException broken) {
            throw new UncheckedIOException("the listening socket cannot be used", broken);
        }
        return connector;
    }

    /** Every route: method and pattern. */
    public List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(entry -> entry.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .distinct()
                .sorted()
                .toList();
    }

    public void start() {
        javalin.start();
    }

    /** Takes no new requests, lets those under way finish, and returns then or when the time is over. */
    @Override
    public void close() {
        javalin.stop();
    }

    private static void begin(Context context) {
        context.attribute(STARTED, System.nanoTime());
        String given = context.header(REQUEST_ID);
        String id = given != null && given.matches("[A-Za-z0-9._-]{1,64}")
                ? given
                : UUID.randomUUID().toString();
        context.header(REQUEST_ID, id);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("X-Frame-Options", "DENY");
    }

    private static void end(Context context, RequestObserver observer) {
        Long started = context.attribute(STARTED);
        observer.finished(
                context.method().name(),
                route(context),
                context.status().getCode(),
                started == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - started));
    }

    /** The pattern, never the path: a path names payments and has no end of values. */
    private static String route(Context context) {
        Endpoint matched = context.endpoints().matchedHttpEndpoint();
        return matched == null ? "none" : matched.path;
    }

    private static void failures(RoutesConfig routes, Supplier<Duration> databaseRetry) {
        routes.exception(
                ProblemException.class, (failure, context) -> failure.problem().answer(context));
        routes.exception(
                InvalidInputException.class,
                (refused, context) -> Problem.of(refused).answer(context));
        routes.exception(HttpResponseException.class, HttpApi::answer);
        routes.exception(
                DatabaseUnavailableException.class, (outage, context) -> answer(outage, context, databaseRetry.get()));
        routes.exception(
                SessionStoreException.class, (outage, context) -> answer(outage, context, databaseRetry.get()));
        routes.exception(Exception.class, (failure, context) -> {
            LOG.error(
                    "Request {} {} {} failed",
                    context.res().getHeader(REQUEST_ID),
                    context.method(),
                    route(context),
                    failure);
            Problem.of(500, "internal", "Something is broken here", "it is in the log under this answer's X-Request-Id")
                    .answer(context);
        });
    }

    private static void answer(RuntimeException outage, Context context, Duration retryAfter) {
        // refused by an open circuit, which has told of the outage; there may be very many of them
        Level level = outage.getCause() == null ? Level.DEBUG : Level.WARN;
        LOG.atLevel(level)
                .log(
                        "Request {} {} {}: {}",
                        context.res().getHeader(REQUEST_ID),
                        context.method(),
                        route(context),
                        outage.getMessage());
        Problem.unavailable(
                        "database-unavailable",
                        "The database does not answer",
                        "Whether it was done is not known. Ask for the payment's state, or repeat the request with the"
                                + " same Idempotency-Key, if it was a change: nothing happens twice",
                        retryAfter)
                .answer(context);
    }

    private static void answer(HttpResponseException refused, Context context) {
        int status = refused.getStatus();
        Problem problem = switch (status) {
            case 404 -> Problem.of(404, "not-found", "There is nothing at this address", null);
            case 405 -> Problem.of(405, "method-not-allowed", "This method is not taken here", null);
            default -> Problem.of(status, "http-" + status, "The request cannot be taken", null);
        };
        if (status == 405) {
            context.header("Allow", String.join(", ", allowed(refused)));
        }
        problem.answer(context);
    }

    private static List<String> allowed(HttpResponseException refused) {
        String methods = refused.getDetails().getOrDefault("availableMethods", "");
        return List.of(methods.split("\\s*,\\s*"));
    }
}
