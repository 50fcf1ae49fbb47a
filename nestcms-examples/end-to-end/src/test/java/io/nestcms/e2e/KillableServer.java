package io.nestcms.e2e;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.contract.ForwardingOutbox;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.ReferenceServer;
import io.nestcms.server.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The server in a process of its own, which ends itself at a chosen point as a killed one does: no hook, no flush. */
final class KillableServer {
    static final int KILLED = 137;

    /** Where it dies. */
    enum Death {
        NEVER,
        AFTER_THE_GATEWAY_ANSWERED,
        AFTER_THE_STATE_WAS_SAVED,
        /** The gateway has told of the third payment, and the record does not know it yet. */
        BEFORE_THE_THIRD_IS_SETTLED
    }

    /** Named listeners; each writes the payments whose success it heard to a file of its name. */
    static final List<String> NAMED = List.of("receipts", "crm");

    private KillableServer() {}

    /**
     * The process, its output in {@code log} of its directory.
     *
     * @param mongoUri the database, or {@code null} for one of its own
     */
    static Process start(
            Path data, int port, PayTabsSandbox gateway, Death death, Duration absenceAfter, @Nullable String mongoUri)
            throws IOException {
        Files.createDirectories(data);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillableServer.class.getName(),
                        data.toString(),
                        Integer.toString(port),
                        gateway.baseUri().toString(),
                        Long.toString(gateway.profileId()),
                        gateway.serverKey(),
                        death.name(),
                        Long.toString(absenceAfter.toMillis()),
                        mongoUri == null ? "" : mongoUri)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(data.resolve("log").toFile()))
                .start();
    }

    /**
     * Takes: data directory, port, gateway's address, profile, key, death, after how many milliseconds absence is proof, and the
     * database's address or nothing for one of its own. Events heard are written to {@code heard} there.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Path data = Path.of(arguments[0]);
        Death death = Death.valueOf(arguments[5]);
        ServerSettings settings = new ServerSettings(
                "127.0.0.1",
                Integer.parseInt(arguments[1]),
                null,
                data,
                arguments[7].isEmpty() ? null : arguments[7],
                new ServerSettings.PayTabsAccount(
                        Long.parseLong(arguments[3]), arguments[4], "GLOBAL", URI.create(arguments[2])),
                0,
                ServerSettings.Origins.any(),
                Map.of(Stage.MERCHANT, Stage.PASSWORD),
                null,
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                ServerSettings.Safekeeping.none());
        PaymentTimings timings = PaymentTimings.builder()
                .attemptLease(Duration.ofSeconds(6))
                .unknownQueryAfter(Duration.ofMillis(200))
                .maxQueryDelay(Duration.ofMillis(500))
                .absenceAfter(Duration.ofMillis(Long.parseLong(arguments[6])))
                .build();
        ReferenceServer.builder(settings)
                .timings(timings)
                .reconcileEvery(Duration.ofMillis(200))
                .listener(event -> heard(data, event))
                .gateway(gateway -> death == Death.AFTER_THE_GATEWAY_ANSWERED ? new LastAnswer(gateway) : gateway)
                .store(store -> switch (death) {
                    case AFTER_THE_STATE_WAS_SAVED -> new LastWrite(store);
                    case BEFORE_THE_THIRD_IS_SETTLED -> new ThirdSettlement(store);
                    case NEVER, AFTER_THE_GATEWAY_ANSWERED -> store;
                })
                .outboxLease(Duration.ofSeconds(3))
                .named(relay -> NAMED.forEach(name -> relay.on(
                        name,
                        PaymentEvent.PaymentSucceeded.class,
                        event -> note(data.resolve(name), event.paymentId().value()))))
                .start();
        Thread.currentThread().join();
    }

    private static void heard(Path data, Object event) {
        if (event instanceof PaymentEvent) {
            note(data.resolve("heard"), event.getClass().getSimpleName());
        }
    }

    private static void note(Path file, String line) {
        try {
            Files.writeString(
                    file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Dies with the gateway's answer in its hand. */
    private static final class LastAnswer implements PaymentGateway {
        private final PaymentGateway gateway;

        private LastAnswer(PaymentGateway gateway) {
            this.gateway = gateway;
        }

        @Override
        public String name() {
            return gateway.name();
        }

        @Override
        public Optional<Duration> unavailableFor() {
            return gateway.unavailableFor();
        }

        @Override
        public String profile() {
            return gateway.profile();
        }

        @Override
        public Optional<Duration> queriesUnavailableFor() {
            return gateway.queriesUnavailableFor();
        }

        @Override
        public Allowance allowance(PaymentOrder order) {
            return gateway.allowance(order);
        }

        @Override
        public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
            GatewayOutcome<Initiation> answer = gateway.initiate(charge);
            if (answer instanceof GatewayOutcome.Accepted) {
                Runtime.getRuntime().halt(KILLED);
            }
            return answer;
        }

        @Override
        public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
            return gateway.followUp(followUp);
        }

        @Override
        public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
            return gateway.findByCart(cartId);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
            return gateway.findByReference(ref);
        }
    }

    /** Dies when a success is on the disk, and none of its events has gone out. */
    private static final class LastWrite extends ForwardingStore {
        private LastWrite(PaymentStore store) {
            super(store);
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            boolean replaced = super.replace(payment, events);
            if (replaced && payment.status() == PaymentStatus.SUCCEEDED) {
                Runtime.getRuntime().halt(KILLED);
            }
            return replaced;
        }

        @Override
        public Outbox outbox() {
            return new StuckOutbox(super.outbox());
        }
    }

    /** Settles two, and dies before the third is on record. */
    private static final class ThirdSettlement extends ForwardingStore {
        private final AtomicInteger settled = new AtomicInteger();

        private ThirdSettlement(PaymentStore store) {
            super(store);
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            boolean settles = events.stream().anyMatch(it -> it.event() instanceof PaymentEvent.PaymentSucceeded);
            if (settles && settled.incrementAndGet() == 3) {
                Runtime.getRuntime().halt(KILLED);
            }
            return super.replace(payment, events);
        }
    }

    /** Gives nothing to deliver: so that it is certain that nothing was delivered before the death. */
    static final class StuckOutbox extends ForwardingOutbox {
        StuckOutbox(Outbox outbox) {
            super(outbox);
        }

        @Override
        public Optional<OutboxBatch> claim(OutboxClaim claim) {
            return Optional.empty();
        }
    }
}
