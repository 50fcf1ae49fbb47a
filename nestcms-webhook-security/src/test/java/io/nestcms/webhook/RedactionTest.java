package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever happens, no secret, content or signature comes out by a log, an event or a text. */
class RedactionTest {
    private static final String CONTENT = "SECRET-CONTENT-4111111111111111";
    private static final String HEADER = "secret-header-value";

    private final Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("io.nestcms.webhook");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Fixtures.Recorder heard = new Fixtures.Recorder();

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(Level.OFF);
    }

    @Test
    void everything_isSilentAboutContent() {
        List<String> texts = new ArrayList<>();
        for (SampleProvider provider : SampleProvider.values()) {
            texts.addAll(textsOf(provider));
        }
        log.list.forEach(event -> texts.add(event.getFormattedMessage() + " " + event.getThrowableProxy()));
        heard.events.forEach(event -> texts.add(event.toString()));

        assertThat(log.list).hasSizeGreaterThan(SampleProvider.values().length);
        assertThat(heard.events).hasSizeGreaterThan(SampleProvider.values().length);
        assertThat(texts)
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain(CONTENT)
                        .doesNotContain(HEADER)
                        .doesNotContain(SampleProvider.KEY)
                        .doesNotContain("ORD-1"));
    }

    @Test
    void events_holdNoSignature_ofWhichTheyTell() {
        for (SampleProvider provider : SampleProvider.values()) {
            SampleRequest genuine = provider.signed(Fixtures.utf8("{\"profile_id\":90417}"));
            WebhookVerifier verifier = provider.receiver().listener(heard).build();
            verifier.verify(genuine.toRequest());
            verifier.verify(genuine.withBody(Fixtures.utf8("{}")).toRequest());
            if (!provider.signsInTheBody()) {
                String signature = genuine.header(provider.signatureHeader()).replaceAll(".*[,=]([^,=]{20,})=*$", "$1");
                assertThat(heard.events)
                        .isNotEmpty()
                        .allSatisfy(event -> assertThat(event.toString()).doesNotContain(signature));
                assertThat(log.list)
                        .isNotEmpty()
                        .allSatisfy(
                                event -> assertThat(event.getFormattedMessage()).doesNotContain(signature));
            }
        }
    }

    private List<String> textsOf(SampleProvider provider) {
        byte[] body = Fixtures.utf8("{\"profile_id\":90417,\"note\":\"" + CONTENT + "\"}");
        SampleRequest genuine = provider.signed(body).with("X-Extra", HEADER);
        WebhookVerifier verifier =
                provider.receiverWithPayload().listener(heard).build();
        List<String> texts = new ArrayList<>();
        for (SampleRequest request : List.of(
                genuine,
                genuine.withBody(Fixtures.utf8(CONTENT)),
                genuine.from("198.51.100.1"),
                genuine.with("bad header", HEADER),
                genuine.withBody(new byte[0]))) {
            Verification verification = verifier.verify(request.toRequest());
            texts.add(verification.toString());
            texts.add(request.toRequest().toString());
            verification.fold(webhook -> texts.add(webhook.toString()), refusal -> texts.add(refusal.toString()));
        }
        verifier.verify(genuine.toRequest())
                .fold(
                        webhook -> texts.add(verifier.reject(webhook, Refusal.contentMismatch("amount"))
                                .toString()),
                        refusal -> texts.add(refusal.detail()));
        return texts;
    }
}
