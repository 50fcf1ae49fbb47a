package io.nestcms.e2e;

import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.ReferenceServer;
import io.nestcms.server.ServerSettings;
import io.nestcms.server.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** A server on embedded defaults behind a tap, its clock in the test's hand and its reconciler run by the test. */
final class Stage implements AutoCloseable {
    static final String MERCHANT = "merchant";
    static final String OTHER = "other";
    static final String PASSWORD = "correct horse battery staple";

    final Tap tap = new Tap();
    final MutableClock clock = new MutableClock(Clock.systemUTC().instant());
    final List<Object> heard = new CopyOnWriteArrayList<>();
    final ReferenceServer server;
    final Merchant merchant;
    final Payer payer = new Payer();

    Stage(Path data) throws IOException {
        this(data, builder -> {});
    }

    /** The cart at the gateway of what the merchant calls so. */
    static String cart(String name) {
        return MERCHANT + ":" + name;
    }

    Stage(Path data, Consumer<ReferenceServer.Builder> options) throws IOException {
        this(data, Keeping.EMBEDDED, options);
    }

    Stage(Path data, Keeping keeping, Consumer<ReferenceServer.Builder> options) throws IOException {
        this(new Around(data, true, ServerSettings.Origins.any(), keeping), options);
    }

    /** Which database, or {@code null} for the embedded one, what guards its data, and what is beside it. */
    record Keeping(@Nullable String mongoUri, ServerSettings.Safekeeping safekeeping, Surroundings beside) {
        static final Keeping EMBEDDED = new Keeping(null, ServerSettings.Safekeeping.none());

        Keeping(@Nullable String mongoUri, ServerSettings.Safekeeping safekeeping) {
            this(mongoUri, safekeeping, Surroundings.none());
        }

        Keeping with(Surroundings others) {
            return new Keeping(mongoUri, safekeeping, others);
        }

        static Keeping at(String mongoUri) {
            return new Keeping(mongoUri, ServerSettings.Safekeeping.none());
        }
    }

    private record Around(Path data, boolean behindTap, ServerSettings.Origins origins, Keeping keeping) {}

    /** Where notifications may come from only certain addresses. */
    static Stage withOrigins(Path data, ServerSettings.Origins origins) throws IOException {
        return new Stage(new Around(data, true, origins, Keeping.EMBEDDED), builder -> {});
    }

    /** Without a tap in front: that waits for the end of an answer, and a stream has none. */
    static Stage withoutTap(Path data, Consumer<ReferenceServer.Builder> options) throws IOException {
        return new Stage(new Around(data, false, ServerSettings.Origins.any(), Keeping.EMBEDDED), options);
    }

    /** Neither a tap nor the usual settings. */
    static Stage withoutTap(Path data, Keeping keeping, Consumer<ReferenceServer.Builder> options) throws IOException {
        return new Stage(new Around(data, false, ServerSettings.Origins.any(), keeping), options);
    }

    private Stage(Around around, Consumer<ReferenceServer.Builder> options) throws IOException {
        ReferenceServer.Builder builder = ReferenceServer.builder(settings(
                        around.data(),
                        around.behindTap() ? tap.uri() : null,
                        around.origins(),
                        Map.of(MERCHANT, PASSWORD, OTHER, PASSWORD),
                        around.keeping()))
                .clock(clock)
                .timings(shortTimings())
                .reconcileEvery(Duration.ZERO)
                .listener(heard::add);
        options.accept(builder);
        server = builder.start();
        tap.target(server.uri());
        merchant = Merchant.signIn(around.behindTap() ? tap.uri() : server.uri(), MERCHANT, PASSWORD);
    }

    /** All embedded, on free ports; tokens outlive every jump of the clock. */
    static ServerSettings settings(
            Path data, @Nullable URI publicUrl, ServerSettings.Origins origins, Map<String, String> users) {
        return settings(data, publicUrl, origins, users, Keeping.EMBEDDED);
    }

    private static ServerSettings settings(
            Path data,
            @Nullable URI publicUrl,
            ServerSettings.Origins origins,
            Map<String, String> users,
            Keeping keeping) {
        return new ServerSettings(
                        "127.0.0.1",
                        0,
                        publicUrl,
                        data,
                        keeping.mongoUri(),
                        null,
                        0,
                        origins,
                        users,
                        null,
                        Duration.ofDays(365),
                        Duration.ofSeconds(10),
                        keeping.safekeeping())
                .with(keeping.beside());
    }

    /** So short that each turn of the test's clock makes everything due. */
    static PaymentTimings shortTimings() {
        return PaymentTimings.builder()
                .unknownQueryAfter(Duration.ofSeconds(1))
                .openQueryAfter(Duration.ofSeconds(1))
                .maxQueryDelay(Duration.ofSeconds(30))
                .build();
    }

    /** Waits for what is done in the background; the limit is for a machine under load and is never reached when all is well. */
    static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofMinutes(4)).pollInterval(Duration.ofMillis(20));
    }

    PayTabsSandbox sandbox() {
        return server.sandbox().orElseThrow();
    }

    /** Lets time pass and looks at what is due. */
    void reconcileAfter(Duration wait) {
        clock.advance(wait);
        server.reconcile();
    }

    /** The payment's events as listeners heard them. */
    List<String> paymentEvents(String id) {
        return heard.stream()
                .filter(PaymentEvent.class::isInstance)
                .map(PaymentEvent.class::cast)
                .filter(event -> event.paymentId().value().equals(id))
                .map(event -> event.getClass().getSimpleName())
                .toList();
    }

    /** Events of one kind, in the order in which they were heard. */
    <E> List<E> heard(Class<E> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void close() {
        server.close();
        tap.close();
    }
}
