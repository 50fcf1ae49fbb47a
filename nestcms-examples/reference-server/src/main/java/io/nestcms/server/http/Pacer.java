package io.nestcms.server.http;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after the pace of the connections for as long as the server runs. */
final class Pacer extends AbstractLifeCycle {
    private static final Logger LOG = LoggerFactory.getLogger(Pacer.class);
    private static final long LONGEST_MILLIS = 1_000;

    private final Connections connections;
    private final long everyMillis;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread named = new Thread(task, "nestcms-http-pace");
        named.setDaemon(true);
        return named;
    });

    private @Nullable ScheduledFuture<?> looks;

    /** A quarter of the grace lies between two looks, a second at most. */
    Pacer(Connections connections, Duration grace) {
        this.connections = connections;
        this.everyMillis = Math.max(1, Math.min(LONGEST_MILLIS, grace.toMillis() / 4));
    }

    @Override
    protected void doStart() {
        looks = thread.scheduleWithFixedDelay(this::look, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
    }

    /** A periodic task that throws is never run again. */
    private void look() {
        try {
            connections.sweep();
        } catch (RuntimeException | Error broken) {
            LOG.warn("The pace of the connections could not be looked at; going on", broken);
        }
    }

    @Override
    protected void doStop() {
        if (looks != null) {
            looks.cancel(false);
        }
        thread.shutdownNow();
    }
}
