package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RedactionTest {
    private static final String KEY = "SREDACTION-AAAAAAAAAA-BBBBBBBBBB";
    private static final String PAN = "4111111111111111";

    @Test
    void logsFileAndPages_showNeitherKeyNorCardNorSignature(@TempDir Path folder) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("io.nestcms.sandbox");
        Level before = ours.getLevel();
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        root.addAppender(logged);
        ours.setLevel(Level.TRACE);
        String shown;
        String signature;
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .serverKey(KEY)
                        .ledgerFile(folder.resolve("l"))
                        .callbackDelays(Duration.ofMillis(1))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            merchant.answer(500);
            sandbox.faults().nextCallbacks(1, CallbackFault.duplicate(2));
            merchant.order(Merchant.withCard(merchant.sale("ORD-1", "9.00", "SAR"), PAN));
            merchant.order(Merchant.withCard(merchant.sale("ORD-2", "9.00", "SAR"), "4000031600000001"));
            String page = merchant.order(merchant.sale("ORD-3", "9.00", "SAR"))
                    .path("redirect_url")
                    .asText();
            merchant.pay(page);
            merchant.post("/payment/request", merchant.sale("", "9.00", "SAR"));
            await().atMost(Duration.ofSeconds(20)).until(() -> sandbox.callbacksUnderWay() == 0);
            signature = merchant.notifications.get(0).signature();
            shown = merchant.get(sandbox.baseUri() + "/ledger").body()
                    + merchant.get(sandbox.controlUri() + "/ledger.json").body()
                    + sandbox.ledger().entries()
                    + sandbox.deliveries();
        } finally {
            ours.setLevel(before);
            root.detachAppender(logged);
        }
        String log = List.copyOf(logged.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .collect(Collectors.joining("\n"));
        String all = log + shown + Files.readString(folder.resolve("l"));
        assertThat(log).contains("delivered");
        assertThat(all).doesNotContain(KEY, PAN, "4000031600000001", signature);
    }
}
