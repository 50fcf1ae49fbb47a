package io.nestcms.jakarta;

import io.nestcms.event.EventBus;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.Reconciler;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs relay and reconciler as long as the application runs; what is left goes out after the next start, or on another node. */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);
    private static final int BATCH = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OutboxRelay relay;
    private final Reconciler reconciler;
    private final EventBus bus;
    private final Settings settings;
    private @Nullable ScheduledExecutorService timer;

    Background(OutboxRelay relay, Reconciler reconciler, EventBus bus, Settings settings) {
        this.relay = relay;
        this.reconciler = reconciler;
        this.bus = bus;
        this.settings = settings;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it, and what it runs tells of every failure
    void start() {
        if (settings.relays()) {
            for (int i = 1; i <= settings.relayThreads(); i++) {
                daemon(relay, "nestcms-relay-" + i).start();
            }
        }
        if (settings.reconciles()) {
            ScheduledExecutorService started =
                    Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "nestcms-reconciler"));
            long every = settings.reconcileEvery().toMillis();
            started.scheduleWithFixedDelay(this::reconcile, every, every, TimeUnit.MILLISECONDS);
            timer = started;
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** What it throws would end the schedule. */
    private void reconcile() {
        try {
            reconciler.runOnce(BATCH);
        } catch (Throwable e) {
            LOG.error("Payments were not reconciled; tried again in {}", settings.reconcileEvery(), e);
        }
    }

    /** First what makes events, then what carries them, then what hears them. */
    void stop() {
        ScheduledExecutorService started = timer;
        if (started != null) {
            started.shutdown();
            try {
                if (!started.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    started.shutdownNow();
                }
            } catch (InterruptedException e) {
                started.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
        relay.close(PATIENCE);
        bus.close(PATIENCE);
    }
}
