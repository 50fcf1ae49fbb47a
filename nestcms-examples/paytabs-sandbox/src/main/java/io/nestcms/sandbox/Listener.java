package io.nestcms.sandbox;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/** An HTTP port that can really be closed and opened again under the same number. */
final class Listener implements AutoCloseable {
    private final Javalin app;
    private final int port;
    private @Nullable ServerConnector connector;

    Listener(String host, int wantedPort, Consumer<RoutesConfig> routes) {
        app = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.startup.startupWatcherEnabled = false;
                    config.startup.showOldJavalinVersionWarning = false;
                    config.http.maxRequestSize = 1_000_000L;
                    config.jetty.addConnector((server, http) -> {
                        http.setSendServerVersion(false);
                        ServerConnector made = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
                        made.setHost(host);
                        made.setPort(wantedPort);
                        made.setReuseAddress(true);
                        connector = made;
                        return made;
                    });
                    routes.accept(config.routes);
                })
                .start();
        port = connector().getLocalPort();
    }

    int port() {
        return port;
    }

    synchronized boolean isOpen() {
        return connector().isStarted();
    }

    synchronized void refuse() {
        if (isOpen()) {
            control(connector()::stop, "close");
        }
    }

    synchronized void accept() {
        if (!isOpen()) {
            connector().setPort(port);
            control(connector()::start, "open");
        }
    }

    @Override
    public void close() {
        app.stop();
    }

    private ServerConnector connector() {
        return java.util.Objects.requireNonNull(connector, "connector");
    }

    private interface Step {
        void run() throws Exception;
    }

    private void control(Step step, String verb) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: could not " + verb + " port " + port, e);
        } catch (Exception e) {
            throw new IllegalStateException("could not " + verb + " port " + port, e);
        }
    }
}
