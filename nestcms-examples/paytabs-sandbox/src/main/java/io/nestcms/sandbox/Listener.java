package io.nestcms.sandbox;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** An HTTP port that can really be closed and opened again under the same number, and whose input can be cut at a byte. */
final class Listener implements AutoCloseable {
    private static final int OPENING_TRIES = 100;

    private final Javalin app;
    private final int port;
    private @Nullable ServerConnector connector;

    /**
     * @param tls what to serve https with, or {@code null} for http
     * @param inputCut asked when a connection becomes busy: after how many bytes to break it, 0 for never
     */
    Listener(
            String host,
            int wantedPort,
            @Nullable SSLContext tls,
            IntSupplier inputCut,
            Consumer<RoutesConfig> routes) {
        app = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.startup.startupWatcherEnabled = false;
                    config.startup.showOldJavalinVersionWarning = false;
                    config.http.maxRequestSize = 1_000_000L;
                    config.jetty.addConnector((server, http) -> {
                        http.setSendServerVersion(false);
                        ServerConnector made = new CuttingConnector(server, inputCut, factories(http, tls));
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

    private static ConnectionFactory[] factories(HttpConfiguration http, @Nullable SSLContext tls) {
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        if (tls == null) {
            return new ConnectionFactory[] {plain};
        }
        http.addCustomizer(new SecureRequestCustomizer(false));
        SslContextFactory.Server settings = new SslContextFactory.Server();
        settings.setSslContext(tls);
        return new ConnectionFactory[] {new SslConnectionFactory(settings, plain.getProtocol()), plain};
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
            control(this::open, "open");
        }
    }

    /** While the port was closed, an outgoing connection of this machine may have been given its number for a moment. */
    private void open() throws Exception {
        for (int tries = 1; ; tries++) {
            try {
                connector().start();
                return;
            } catch (IOException e) {
                if (tries == OPENING_TRIES) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    @Override
    public void close() {
        app.stop();
    }

    private ServerConnector connector() {
        return Objects.requireNonNull(connector, "connector");
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

    private static final class CuttingConnector extends ServerConnector {
        private final IntSupplier inputCut;

        CuttingConnector(Server server, IntSupplier inputCut, ConnectionFactory... factories) {
            super(server, 1, 1, factories);
            this.inputCut = inputCut;
        }

        @Override
        protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
            SocketChannelEndPoint endPoint = new CuttingEndPoint(channel, selector, key, getScheduler(), inputCut);
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }
    }

    /** Only the thread that reads a connection touches its state. */
    private static final class CuttingEndPoint extends SocketChannelEndPoint {
        private final IntSupplier inputCut;
        private int limit;
        private int arrived;

        CuttingEndPoint(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                Scheduler scheduler,
                IntSupplier inputCut) {
            super(channel, selector, key, scheduler);
            this.inputCut = inputCut;
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            int before = buffer.limit();
            int filled = super.fill(buffer);
            if (filled > 0 && limit == 0) {
                limit = inputCut.getAsInt();
            }
            if (filled <= 0 || limit == 0) {
                return filled;
            }
            arrived += filled;
            if (arrived < limit) {
                return filled;
            }
            // what has arrived is taken back out, else a request that is complete would still be served
            buffer.limit(before);
            close();
            throw new org.eclipse.jetty.io.EofException("cut after " + limit + " bytes, as planned");
        }
    }
}
