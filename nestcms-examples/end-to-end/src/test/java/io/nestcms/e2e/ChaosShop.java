package io.nestcms.e2e;

import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.service.PaymentTimings;
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
 * The reference server in a process of its own, as it is but for its waits: minutes are made seconds, in the same order. Made
 * to be killed.
 */
final class ChaosShop {
    /** A call takes at most this long, with all its attempts; well below the lease of the attempt. */
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private static final Duration LEASE = Duration.ofSeconds(4);

    /** Longer than the gateway holds a request back, and than its duplicate window. */
    private static final Duration ABSENCE = Duration.ofSeconds(6);

    private ChaosShop() {}

    /** Takes: data directory, port, gateway's address, profile, key, seconds until an unpaid page is given up. */
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
        ReferenceServer.builder(settings)
                .timings(timings(Duration.ofSeconds(Long.parseLong(arguments[5]))))
                .payTabs(options -> options.client(client -> client.timeouts(new PayTabsTimeouts(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(2))))
                        .gateway(gateway -> gateway.deadline(DEADLINE)))
                .reconcileEvery(Duration.ofMillis(200))
                .listener(event -> heard(data, event))
                .start();
        Thread.currentThread().join();
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
            try {
                Files.writeString(
                        data.resolve("heard"),
                        event.getClass().getSimpleName() + " " + payment.paymentId() + "\n",
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
