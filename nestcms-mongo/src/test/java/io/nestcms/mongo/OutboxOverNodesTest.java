package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.OutboxEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two nodes with a relay each work on one outbox while payments are written. */
@ExtendWith(RefusalCheck.class)
class OutboxOverNodesTest {
    private static final int PAYMENTS = 40;
    private static final int EVENTS = 6;

    @Test
    void relays_onTwoNodes_deliverEverythingInOrderOfEachPayment() {
        String database = TestMongo.freshDatabase();
        Map<String, List<Long>> heard = new ConcurrentHashMap<>();
        ExecutorService pool = Executors.newCachedThreadPool();
        List<OutboxRelay> relays = new ArrayList<>();
        List<NestMongo> nodes = new ArrayList<>();
        try {
            for (int n = 0; n < 2; n++) {
                NestMongo node = NestMongo.connect(MongoSettings.of(TestMongo.uri(), database));
                nodes.add(node);
                EventBus bus = EventBus.builder().build();
                bus.subscribeEnvelopes(
                        PaymentEvent.class,
                        envelope -> heard.computeIfAbsent(
                                        envelope.key(),
                                        key -> java.util.Collections.synchronizedList(new ArrayList<>()))
                                .add(Long.parseLong(envelope.id().replaceAll(".*/", ""))),
                        SubscriptionSettings.<PaymentEvent>sync().build());
                OutboxRelay relay = OutboxRelay.builder(node.payments().outbox(), bus)
                        .poll(Duration.ofMillis(20))
                        .build();
                relays.add(relay);
                pool.execute(relay);
            }
            for (int n = 0; n < PAYMENTS; n++) {
                Payment first = payment("p" + n);
                Payment second = dueAt(first, null);
                List<OutboxEntry> early = entries(first, 1, EVENTS / 2);
                nodes.get(n % 2).payments().insert(first, early);
                nodes.get(1 - n % 2).payments().replace(second, entries(first, 1L + EVENTS / 2, EVENTS / 2));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> nodes.get(0).payments().outbox().backlog().payments() == 0);
        } finally {
            relays.forEach(relay -> relay.close(Duration.ofSeconds(5)));
            pool.shutdownNow();
            nodes.forEach(NestMongo::close);
        }

        assertThat(heard).hasSize(PAYMENTS);
        assertThat(heard.values())
                .allSatisfy(sequences -> assertThat(sequences)
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, EVENTS).boxed().toList()));
    }
}
