package io.nestcms.benchmarks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** How many waiting events one and two nodes bring to a listener in a second. */
final class RelayRate {
    private static final int EVENTS = 5;

    private final StringBuilder page;
    private final int payments;
    private final int repetitions;

    RelayRate(StringBuilder page, int payments, int repetitions) {
        this.page = page;
        this.payments = payments;
        this.repetitions = repetitions;
    }

    void run(Server server) throws InterruptedException {
        List<List<Double>> rates = List.of(List.of(), new ArrayList<>(), new ArrayList<>());
        for (int n = 0; n <= repetitions; n++) {
            for (int nodes = 1; nodes <= 2; nodes++) {
                double rate = measure(server, "relay" + n + "x" + nodes, nodes);
                if (n > 0) { // the first warms up
                    rates.get(nodes).add(rate);
                }
            }
        }
        page.append(String.format(
                Locale.ROOT,
                "%n## Outbox relay%n%n%,d payments with %d waiting events each, delivered to a listener that does nothing;%n"
                        + "%d runs, taking turns.%n%n| nodes | events/s, median | events/s, best |%n|---|---:|---:|%n",
                payments,
                EVENTS,
                repetitions));
        for (int nodes = 1; nodes <= 2; nodes++) {
            List<Double> sorted = rates.get(nodes).stream().sorted().toList();
            page.append(String.format(
                    Locale.ROOT,
                    "| %d | %,.0f | %,.0f |%n",
                    nodes,
                    sorted.get(sorted.size() / 2),
                    sorted.get(sorted.size() - 1)));
        }
    }

    private double measure(Server server, String database, int nodes) throws InterruptedException {
        List<MongoClient> clients = new ArrayList<>();
        List<OutboxRelay> relays = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        CountDownLatch left = new CountDownLatch(payments * EVENTS);
        try {
            for (int n = 0; n < nodes; n++) {
                MongoClient client = MongoClients.create(server.uri());
                clients.add(client);
                EventBus bus = EventBus.builder().build();
                bus.subscribe(
                        PaymentEvent.class,
                        event -> left.countDown(),
                        SubscriptionSettings.<PaymentEvent>sync().build());
                relays.add(OutboxRelay.builder(
                                NestMongo.using(client, database).payments().outbox(), bus)
                        .build());
            }
            fill(clients.get(0), database);
            long start = System.nanoTime();
            relays.forEach(threads::execute);
            if (!left.await(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " events were not delivered");
            }
            return payments * EVENTS / ((System.nanoTime() - start) / 1e9);
        } finally {
            relays.forEach(OutboxRelay::close);
            threads.shutdownNow();
            clients.get(0).getDatabase(database).drop();
            clients.forEach(MongoClient::close);
        }
    }

    private void fill(MongoClient client, String database) {
        try (NestMongo mongo = NestMongo.using(client, database)) {
            for (int n = 0; n < payments; n++) {
                Payment payment = Samples.payment(n);
                mongo.payments().insert(payment, Samples.events(payment, EVENTS));
            }
        }
    }
}
