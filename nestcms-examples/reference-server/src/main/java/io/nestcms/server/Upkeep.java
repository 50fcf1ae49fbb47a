package io.nestcms.server;

import io.nestcms.event.EventBus;
import io.nestcms.mongo.MongoBackups;
import io.nestcms.mongo.NestMongo;
import io.nestcms.mongo.OutboxWatch;
import io.nestcms.mongo.SealedCustomers;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.server.operations.AuditLog;
import io.nestcms.server.operations.BackupSchedule;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on in the background beside payments: the breakers' memory and orders, the watch on the outbox, backups, the
 * sealing of customers, the check of the audit trail. On threads of its own, so that nothing here makes a payment wait.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration ORDERS = Duration.ofSeconds(5);
    private static final Duration MEMORY = Duration.ofSeconds(30);
    private static final Duration BACKUPS = Duration.ofMinutes(1);
    private static final int BATCH = 500;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final ScheduledExecutorService threads;
    private final Closing closing;

    /** On these threads: four, since backup, sealing and check may each take long; what repeats ends with {@code closing}. */
    Upkeep(ScheduledExecutorService threads, Closing closing) {
        this.threads = threads;
        this.closing = closing;
    }

    /** Follows the orders of other nodes, and puts down what the breakers remember, windows included. */
    void tend(CircuitBreakers breakers) {
        repeat("the orders to the breakers", breakers::followOrders, ORDERS);
        repeat("the breakers' memory", breakers::save, MEMORY);
    }

    /** Seals customers and checks the audit trail once, and makes backups from now on, each where the settings ask for it. */
    void guard(NestMongo mongo, AuditLog audit, ServerSettings.Safekeeping safekeeping, Clock clock, EventBus bus) {
        if (safekeeping.customerKeys() != null) {
            once("the sealing of customers", () -> seal(mongo.sealedCustomers()));
        }
        if (audit.hasTrail()) {
            once("the check of the audit trail", audit::verify);
        }
        ServerSettings.Backups wanted = safekeeping.backups();
        if (wanted != null) {
            MongoBackups backups = mongo.backups(wanted.key(), bus::publish);
            repeat(
                    "backups",
                    new BackupSchedule(backups, wanted.directory(), wanted.every(), wanted.keep(), clock),
                    BACKUPS);
        }
    }

    /**
     * Seals what was stored clear or under an older key. Every node does so when it starts with its keys, so after the last
     * of them has, nothing is left under the older ones.
     */
    private static void seal(SealedCustomers customers) {
        long sealed = customers.reseal(BATCH);
        if (sealed > 0) {
            LOG.info("The customers of {} payments were sealed under the current key", sealed);
        }
    }

    private void once(String what, Runnable task) {
        threads.execute(() -> quietly(what, task));
    }

    void repeat(String what, Runnable task, Duration every) {
        ScheduledFuture<?> repeated =
                threads.scheduleWithFixedDelay(() -> quietly(what, task), 0, every.toMillis(), TimeUnit.MILLISECONDS);
        closing.add(what, () -> repeated.cancel(false));
    }

    /** A periodic task that throws is never run again. */
    private static void quietly(String what, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException broken) {
            LOG.warn("Upkeep of {} failed; going on", what, broken);
        }
    }

    /**
     * Wakes the relay when any node has written, where the server has change streams; elsewhere the relay's polls are left. The
     * watch has a thread of its own and ends before the client that it uses.
     */
    void watch(NestMongo mongo, OutboxRelay relay) {
        OutboxWatch watch = mongo.outboxWatch(relay::wake);
        Thread thread = new Thread(watch, "nestcms-outbox-watch");
        thread.setDaemon(true);
        thread.start();
        closing.add("outbox watch", () -> {
            watch.close();
            thread.join(LONGEST_STOP.toMillis());
        });
    }
}
