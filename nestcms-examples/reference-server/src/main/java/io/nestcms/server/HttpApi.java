package io.nestcms.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: routes, the one place that turns failures into answers, and a stop that lets requests finish. */
final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final String REQUEST_ID = "X-Request-Id";
    private static final String STARTED = "startedNanos";
    private static final List<String> PROTECTED = List.of("/payments/v2", "/payments/v2/{id}", "/events");

    private final Javalin javalin;

    private HttpApi(Javalin javalin) {
        this.javalin = javalin;
    }

    /**
     * What the routes are made of.
     *
     * @param auth tells who calls
     * @param observer hears of each finished request
     * @param routes adds the routes
     */
    record Parts(AuthRoutes auth, RequestObserver observer, Consumer<RoutesConfig> routes) {}

    /** Hears of each finished request: for metrics. */
    interface RequestObserver {
        void finished(String method, String route, int status, Duration took);
    }

    /** Builds the server without starting it. */
    static HttpApi create(String host, int port, Duration drain, Parts parts) {
        Javalin javalin = Javalin.create(config -> {
            configure(config, host, port, drain);
            RoutesConfig routes = config.routes;
            routes.before(HttpApi::begin);
            // the webhook and the return carry a signature instead of a token
            routes.beforeMatched("/payments/v2", parts.auth()::require);
            routes.beforeMatched("/payments/v2/{id}", context -> {
                if (!isFromGateway(context)) {
                    parts.auth().require(context);
                }
            });
            routes.beforeMatched("/payments/v2/{id}/process", parts.auth()::require);
            routes.beforeMatched("/events", parts.auth()::require);
            parts.routes().accept(routes);
            routes.after(context -> end(context, parts.observer()));
            failures(routes);
        });
        return new HttpApi(javalin);
    }

    private static boolean isFromGateway(Context context) {
        return "POST".equals(context.method().name())
                && (context.path().equals(NotificationRoutes.WEBHOOK)
                        || context.path().equals(NotificationRoutes.RETURN));
    }

    private static void configure(JavalinConfig config, String host, int port, Duration drain) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.jetty.host = host;
        config.jetty.port = port;
        config.jetty.modifyServer(server -> {
            server.setHandler(new GracefulHandler());
            server.setStopTimeout(drain.toMillis());
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(16 * 1024);
        });
    }

    void start() {
        javalin.start();
    }

    int port() {
        return javalin.port();
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
        return Objects.requireNonNullElse(
                context.endpoints().lastHttpEndpoint() == null
                        ? null
                        : context.endpoints().lastHttpEndpoint().path,
                "none");
    }

    private static void failures(RoutesConfig routes) {
        routes.exception(
                ProblemException.class, (failure, context) -> failure.problem().answer(context));
        routes.exception(
                InvalidInputException.class,
                (refused, context) -> Problem.of(refused).answer(context));
        routes.exception(HttpResponseException.class, HttpApi::answer);
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

    private static void answer(HttpResponseException refused, Context context) {
        int status = refused.getStatus();
        Problem problem =
                switch (status) {
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
