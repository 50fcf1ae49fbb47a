package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nestcms.event.EventBus;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.testkit.FailCommand;
import io.nestcms.testkit.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class OutboxWatchTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ReplicaSet set = ReplicaSet.builder()
            .secondaries(2)
            .electAfter(Duration.ofMillis(200))
            .start();
    private final NestMongo mongo = NestMongo.connect(MongoSettings.builder(set.uri())
            .heartbeat(Duration.ofMillis(500))
            .serverSelectionTimeout(Duration.ofSeconds(30))
            .build());
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final AtomicInteger wakes = new AtomicInteger();
    private final OutboxWatch watch = mongo.outboxWatch(wakes::incrementAndGet);

    @AfterEach
    void stop() {
        watch.close();
        pool.shutdownNow();
        mongo.close();
        set.close();
        assertThat(set.refusals()).isEmpty();
    }

    private void awaitWakes(int atLeast) {
        Awaitility.await().atMost(LONG).until(() -> wakes.get() >= atLeast);
    }

    @Test
    void change_wakes_andTheRelaysOwnDoNot() throws Exception {
        Future<?> running = pool.submit(watch);
        awaitWakes(1);
        assertThat(watch.isWatching()).isTrue();
        Payment payment = payment("a");
        mongo.payments().insert(payment, entries(payment, 1, 2));
        awaitWakes(2);

        Outbox outbox = mongo.payments().outbox();
        OutboxClaim claim = OutboxClaim.of("w", Set.of("crm"), NOON.plusSeconds(9), Duration.ofSeconds(9));
        OutboxBatch batch = outbox.claim(claim).orElseThrow();
        outbox.keep(batch, batch.entries().get(0).doneBy("crm"), NOON.plusSeconds(18));
        outbox.remove(batch, batch.entries().get(0), NOON.plusSeconds(18));
        outbox.remove(batch, batch.entries().get(1), NOON.plusSeconds(18));
        outbox.release(batch, OutboxRest.nothing());
        mongo.payments().insert(payment("b"), List.of());
        awaitWakes(3);
        assertThat(wakes).hasValue(3);

        Payment left = payment("c");
        mongo.payments().insert(left, entries(left, 1, 1));
        awaitWakes(4);
        outbox.release(
                outbox.claim(claim).orElseThrow(),
                new OutboxRest(1, null, Set.of("erp"), List.of(), NOON.plusSeconds(900)));
        awaitWakes(5);

        watch.close();
        running.get(60, TimeUnit.SECONDS);
        assertThat(watch.isWatching()).isFalse();
    }

    @Test
    void failover_goesOn_soThatEveryEventIsDeliveredLongBeforeTheNextPoll() {
        Set<String> delivered = ConcurrentHashMap.newKeySet();
        EventBus bus = EventBus.builder().build();
        bus.subscribe(
                PaymentEvent.class, event -> delivered.add(event.paymentId().value()));
        OutboxRelay relay = OutboxRelay.builder(mongo.payments().outbox(), bus)
                .poll(Duration.ofHours(1))
                .build();
        OutboxWatch waking = mongo.outboxWatch(relay::wake);
        pool.execute(relay);
        pool.execute(waking);
        Awaitility.await().atMost(LONG).until(waking::isWatching);
        for (int n = 0; n < 12; n++) {
            if (n % 4 == 2) {
                set.handOver(set.secondaries().get(0));
            }
            if (n == 7) {
                set.primary().dropConnections();
            }
            String id = "p" + n;
            Payment payment = payment(id);
            mongo.payments().insert(payment, entries(payment, 1, 1));
            Awaitility.await().atMost(LONG).until(() -> delivered.contains(id));
        }
        waking.close();
        relay.close(Duration.ofSeconds(10));
        bus.close();
    }

    @Test
    void collectionDropped_isWatchedAnew() {
        pool.execute(watch);
        awaitWakes(1);
        try (MongoClient client = MongoClients.create(set.uri())) {
            client.getDatabase("nestcms").getCollection("payments").drop();
        }
        awaitWakes(2);
        Awaitility.await().atMost(LONG).until(watch::isWatching);
        mongo.payments().insert(payment("a"), List.of());

        awaitWakes(3);

        // a cursor that the server has closed is not asked again and again
        assertThat(set.members().stream()
                        .mapToLong(it -> it.commands("getMore"))
                        .sum())
                .isLessThan(100);
    }

    @Test
    void whoeverIsWokenThrows_goesOn() {
        OutboxWatch watching = mongo.outboxWatch(() -> {
            if (wakes.incrementAndGet() == 2) {
                throw new IllegalStateException("not awake");
            }
        });
        pool.execute(watching);
        awaitWakes(1);
        mongo.payments().insert(payment("a"), List.of());

        awaitWakes(3);
        watching.close();

        assertThat(wakes).hasValueGreaterThanOrEqualTo(3);
    }

    @Test
    void noChangeStreams_endsAndLeavesPolling() throws Exception {
        set.members()
                .forEach(member ->
                        member.fail(FailCommand.of("aggregate").times(5).error(40573)));

        pool.submit(watch).get(60, TimeUnit.SECONDS);

        assertThat(wakes).hasValue(0);
    }
}
