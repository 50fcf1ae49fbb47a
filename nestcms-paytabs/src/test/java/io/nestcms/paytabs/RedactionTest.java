package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a call leaves in logs, outcomes and texts: method, path, status, duration, trace, and nothing of its content. */
class RedactionTest {
    private static final List<String> SECRETS = List.of(
            Fixtures.SERVER_KEY, "Huda Salem", "huda.salem", "4111", "9C1E55A2B7F04D36E8A1704BC2D95F03", "Two concert");

    @Test
    void calls_everyEnd_leaveNothingOfTheirContent() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("io.nestcms");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        ours.setLevel(Level.TRACE);
        List<String> texts = new ArrayList<>();
        try {
            for (byte[] reply : replies()) {
                texts.add(outcome(reply).toString());
            }
        } finally {
            ours.setLevel(null);
            root.detachAppender(log);
        }
        log.list.forEach(event -> texts.add(event.getFormattedMessage()
                + (event.getThrowableProxy() == null
                        ? ""
                        : event.getThrowableProxy().getMessage())));

        assertThat(log.list).hasSizeGreaterThanOrEqualTo(replies().size());
        assertThat(texts).allSatisfy(text -> assertThat(SECRETS).noneMatch(text::contains));
        assertThat(texts)
                .anyMatch(text ->
                        text.matches("PayTabs POST payment/request 200 in \\d+ ms, trace PMNT0402.6B02A4AE.00001A40"));
    }

    @Test
    void call_traceWithLineBreak_notLogged() {
        assertThat(Traces.clean("PMNT\nINFO forged")).isNull();
        assertThat(Traces.clean("PMNT0402.6B02A4AE.00001A40")).isNotNull();
    }

    private static List<byte[]> replies() {
        String paid = Fixtures.text("payment-completed-authorised.json");
        return List.of(
                RawServer.reply(200, paid),
                RawServer.reply(200, Fixtures.text("payment-declined.json")),
                RawServer.reply(200, paid.replace("250.00", "1,250.00")),
                RawServer.reply(200, paid.replace("}", "")),
                RawServer.reply(200, paid.replace("\"tran_ref\"", "\"other\"")),
                RawServer.reply(500, paid),
                RawServer.reply(302, paid),
                RawServer.reply(401, Fixtures.text("error-auth.json")),
                ("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + paid)
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                ("Huda Salem " + paid + "\r\n\r\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static PayTabsOutcome<ChargeReply> outcome(byte[] reply) throws IOException {
        try (RawServer server = new RawServer(socket -> {})) {
            server.script(socket -> {
                server.readRequest(socket);
                socket.getOutputStream().write(reply);
            });
            try (PayTabsClient client = PayTabsClient.create(Fixtures.profile(server.uri()))) {
                return client.charge(Fixtures.charge()).execute();
            }
        }
    }
}
