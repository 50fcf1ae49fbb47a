package io.nestcms.spring;

import io.nestcms.event.EventBus;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.Reconciler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs relay and reconciler as long as the application runs. They begin before the web server and end after it, so that what its last
 * requests recorded is still delivered here where time allows; what is left goes out after the next start, or on another node.
 */
final class PaymentsLifecycle implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(PaymentsLifecycle.class);
    private static final int BATCH = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OutboxRelay relay;
    private final Reconciler reconciler;
    private final EventBus bus;
    private final NestCmsProperties settings;
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable ScheduledExecutorService timer;
    private volatile boolean running;

    PaymentsLifecycle(OutboxRelay relay, Reconciler reconciler, EventBus bus, NestCmsProperties settings) {
        this.relay = relay;
        this.reconciler = reconciler;
        this.bus = bus;
        this.settings = settings;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it, and what it runs tells of every failure
    public synchronized void start() {
        if (running) {
            return;
        }
        if (settings.relay().enabled()) {
            for (int i = 1; i <= settings.relay().threads(); i++) {
                Thread thread = new Thread(relay, "nestcms-relay-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }
        if (settings.reconciler().enabled()) {
            ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "nestcms-reconciler");
                thread.setDaemon(true);
                return thread;
            });
            long every = settings.reconciler().every().toMillis();
            started.scheduleWithFixedDelay(this::reconcile, every, every, TimeUnit.MILLISECONDS);
            timer = started;
        }
        running = true;
    }

    /** What it throws would end the schedule. */
    private void reconcile() {
        try {
            reconciler.runOnce(BATCH);
        } catch (Throwable e) {
            LOG.error(
                    "Payments were not reconciled; tried again in {}",
                    settings.reconciler().every(),
                    e);
        }
    }

    @Override
    public synchronized void stop() {
        if (!running) {
            return;
        }
        running = false;
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
            timer = null;
        }
        relay.close(PATIENCE);
        threads.clear();
        bus.close(PATIENCE);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Below the web server's, which stops first and starts last. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 8192;
    }
}
