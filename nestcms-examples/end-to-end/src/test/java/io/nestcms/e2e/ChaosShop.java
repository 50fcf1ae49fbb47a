package io.nestcms.e2e;

import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.paytabs.PayTabsTimeouts;
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
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The reference server in a process of its own, as it is; unless told otherwise with its waits made seconds, in the same order.
 * Made to be killed.
 */
final class ChaosShop {
    /** A call takes at most this long, with all its attempts; well below the lease of the attempt. */
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private static final Duration LEASE = Duration.ofSeconds(4);

    /** Longer than the gateway holds a request back, and than its duplicate window. */
    private static final Duration ABSENCE = Duration.ofSeconds(6);

    /** Instead of seconds: all waits as shipped. */
    static final String AS_SHIPPED = "as-shipped";

    private ChaosShop() {}

    /**
     * Takes: data directory, port, gateway's address, profile, key, and seconds until an unpaid page is given up or {@value
     * #AS_SHIPPED}.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Path data = Path.of(arguments[0]);
        ServerSettings settings = new ServerSettings(
                "127.0.0.1",
                Integer.parseInt(arguments[1]),
                null,
                data,
                null,
                new ServerSettings.PayTabsAccount(
                        Long.parseLong(arguments[3]), arguments[4], "GLOBAL", URI.create(arguments[2])),
                0,
                ServerSettings.Origins.any(),
                Map.of(Stage.MERCHANT, Stage.PASSWORD),
                tokenKey(),
                Duration.ofHours(12),
                Duration.ofSeconds(10),
                ServerSettings.Safekeeping.none());
        ReferenceServer.Builder server = ReferenceServer.builder(settings)
                .store(store -> new Shop(store, data))
                .listener(event -> heard(data, event));
        if (!arguments[5].equals(AS_SHIPPED)) {
            inSeconds(server, Duration.ofSeconds(Long.parseLong(arguments[5])));
        }
        server.start();
        Thread.currentThread().join();
    }

    private static void inSeconds(ReferenceServer.Builder server, Duration pageLife) {
        server.timings(timings(pageLife))
                .payTabs(options -> options.client(client -> client.timeouts(new PayTabsTimeouts(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(2))))
                        .gateway(gateway -> gateway.deadline(DEADLINE)))
                .reconcileEvery(Duration.ofMillis(200));
    }

    private static PaymentTimings timings(Duration pageLife) {
        return PaymentTimings.builder()
                .attemptLease(LEASE)
                .unknownQueryAfter(Duration.ofMillis(300))
                .openQueryAfter(Duration.ofSeconds(2))
                .maxQueryDelay(Duration.ofSeconds(5))
                .absenceAfter(ABSENCE)
                .pageLife(pageLife)
                .lateChecks(List.of(Duration.ofSeconds(4), Duration.ofSeconds(15), Duration.ofSeconds(30)))
                .build();
    }

    /** The same at each start: who is signed in stays so. Good for a test's own tokens and nothing else. */
    private static SecretKey tokenKey() {
        byte[] key = new byte[32];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        return new SecretKeySpec(key, "HmacSHA256");
    }

    private static void heard(Path data, Object event) {
        if (event instanceof PaymentEvent payment) {
            note(data, event.getClass().getSimpleName() + " " + payment.paymentId());
        }
    }

    private static void note(Path data, String line) {
        try {
            Files.writeString(
                    data.resolve("heard"),
                    line + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** What is noted when the gateway has shown one of a kind under its own cart. */
    static String shown(String kind) {
        return "Shown " + kind;
    }

    /** Notes what was learnt of the gateway, and only holds the money of the carts that are named so. */
    private static final class Shop extends ForwardingStore {
        private final Path data;

        private Shop(PaymentStore store, Path data) {
            super(store);
            this.data = data;
        }

        @Override
        public Insertion insert(Payment payment, List<OutboxEntry> events) {
            PaymentOrder order = payment.order();
            if (!order.cartId().value().startsWith(Stage.cart(ChaosErrand.HELD))) {
                return super.insert(payment, events);
            }
            PaymentOrder held = new PaymentOrder(
                    order.cartId(),
                    order.amount(),
                    order.description(),
                    order.customer(),
                    order.contractId(),
                    ChargeMode.AUTHORIZE);
            Payment created = Payment.created(
                    payment.id(), held, payment.claim(), payment.revision().createdAt());
            return super.insert(created, events);
        }

        @Override
        public GatewayEvidence evidence() {
            GatewayEvidence evidence = super.evidence();
            return new GatewayEvidence() {
                @Override
                public boolean isShown(String profile, TransactionKind kind) {
                    return evidence.isShown(profile, kind);
                }

                @Override
                public void shown(String profile, TransactionKind kind) {
                    evidence.shown(profile, kind);
                    note(data, ChaosShop.shown(kind.name()));
                }
            };
        }
    }
}
