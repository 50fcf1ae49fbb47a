package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetupTest;
import com.sun.net.httpserver.HttpServer;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.sandbox.CallbackFault;
import io.nestcms.server.Surroundings;
import io.nestcms.server.notice.ChannelSettings;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the server: mail by real SMTP, and what a chat receives. */
class NoticesTest {
    @TempDir
    Path data;

    private final List<String> chat = new CopyOnWriteArrayList<>();
    private GreenMail mail;
    private HttpServer slack;
    private Stage stage;

    @BeforeEach
    void start() throws IOException {
        mail = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
        mail.start();
        slack = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        slack.createContext("/hook", exchange -> {
            chat.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(new byte[] {'o', 'k'});
            exchange.close();
        });
        slack.start();
        ChannelSettings channels = new ChannelSettings(
                new ChannelSettings.Mail(
                        ChannelSettings.MailServer.of(
                                "smtp-clear://127.0.0.1:" + mail.getSmtp().getPort()),
                        "Souq <shop@example.com>",
                        "Souq al Bahar",
                        Locale.ENGLISH,
                        ZoneId.of("Asia/Kuwait"),
                        List.of("ops@example.com")),
                URI.create("http://127.0.0.1:" + slack.getAddress().getPort() + "/hook"),
                null);
        BreakerSettings circuit = BreakerSettings.builder()
                .countWindow(4)
                .minimumCalls(2)
                .failureRate(0.5)
                .openFor(Duration.ofHours(1))
                .build();
        stage = new Stage(
                data,
                Stage.Keeping.EMBEDDED.with(Surroundings.none().withChannels(channels)),
                server -> server.payTabs(options ->
                        options.gateway(gateway -> gateway.breaker(circuit).attempts(1))));
    }

    @AfterEach
    void stop() {
        stage.close();
        slack.stop(0);
        mail.stop();
    }

    private List<MimeMessage> mailsTo(String address) {
        return Arrays.stream(mail.getReceivedMessages())
                .filter(message -> address.equals(to(message)))
                .toList();
    }

    private static String to(MimeMessage message) {
        try {
            return message.getRecipients(Message.RecipientType.TO)[0].toString();
        } catch (MessagingException broken) {
            throw new AssertionError("a mail without a receiver", broken);
        }
    }

    private String create(String cart) {
        return stage.merchant
                .create(cart, Merchant.order(cart, "250.000", "KWD"))
                .text("id");
    }

    @Test
    void paymentSucceeds_payerGetsOneReceipt_withTheExactAmount() throws Exception {
        stage.sandbox().faults().randomCallbacks(1, CallbackFault.duplicate(2));
        String id = create("ORD-7");
        stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);

        Stage.eventually()
                .untilAsserted(() -> assertThat(mailsTo("noura@example.com")).hasSize(1));
        MimeMessage receipt = mailsTo("noura@example.com").get(0);
        assertThat(receipt.getSubject()).isEqualTo("Receipt: KWD 250.000 for order ORD-7");
        assertThat(GreenMailUtil.getWholeMessage(receipt))
                .contains("Souq al Bahar", "KWD 250.000", "Asia/Kuwait")
                .doesNotContain("4111111111111111");
        assertThat(receipt.getHeader("Message-ID")[0]).contains(id);
        assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
    }

    @Test
    void circuitOpens_chatIsToldOnce() {
        stage.sandbox().faults().refuseConnections();
        for (int i = 0; i < 5; i++) {
            assertThat(stage.merchant.process(create("ORD-" + i)).status()).isEqualTo(503);
        }

        Stage.eventually()
                .untilAsserted(() -> assertThat(chat)
                        .anyMatch(text -> text.contains("\"circuit paytabs opened"))
                        .anyMatch(text -> text.contains("incident: dependency paytabs"))
                        .anyMatch(text -> text.contains("paytabs is not called for now")));
        assertThat(chat.stream().filter(text -> text.contains("\"circuit paytabs opened")))
                .hasSize(1);
        assertThat(chat.stream().filter(text -> text.contains("paytabs is not called for now")))
                .hasSize(1);
    }

    @Test
    void passwordForgotten_linkComesByMail_andIsInNoFile() throws Exception {
        Merchant.Answer asked = Merchant.stranger(stage.tap.uri())
                .post("/auth/password/forgotten", "{\"username\":\"" + Stage.MERCHANT + "\"}");
        assertThat(asked.status()).isEqualTo(202);

        Stage.eventually()
                .untilAsserted(() -> assertThat(mailsTo("merchant@localhost"))
                        .anySatisfy(letter ->
                                assertThat(GreenMailUtil.getBody(letter)).contains("/#reset=")));
        assertThat(Files.exists(data.resolve("mail"))).isFalse();
        assertThat(chat).noneMatch(text -> text.contains("reset"));
    }
}
