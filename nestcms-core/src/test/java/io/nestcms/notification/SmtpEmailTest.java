package io.nestcms.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetupTest;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.CircuitBreakers;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail by real SMTP. */
class SmtpEmailTest {
    private static final GreenMail SERVER = new GreenMail(ServerSetupTest.SMTP.dynamicPort());

    private final CircuitBreakers breakers = CircuitBreakers.builder().build();

    @BeforeAll
    static void start() {
        SERVER.start();
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    @BeforeEach
    void empty() throws Exception {
        SERVER.purgeEmailFromAllMailboxes();
    }

    private SmtpEmail.Builder email() {
        return SmtpEmail.builder("127.0.0.1", SERVER.getSmtp().getPort(), "Souq <shop@example.com>", breakers)
                .security(SmtpEmail.Security.NONE);
    }

    @Test
    void send_arrivesAsTextAndHtml_inArabic() throws Exception {
        URI unsubscribe = URI.create("https://shop.example/unsubscribe?t=abc");
        Email mail = new Letter(
                        Wording.of(Locale.forLanguageTag("ar-KW")),
                        "receipt",
                        Map.of("name", "Ali <b>& Co", "amount", "1.000 KWD", "cart", "C-1"))
                .row("reference", "TST1")
                .email("receipt.p.TST1", "payer@example.com", unsubscribe);

        email().build().send(mail);

        MimeMessage message = SERVER.getReceivedMessages()[0];
        assertThat(message.getSubject()).isEqualTo("إيصال: 1.000 KWD للطلب C-1");
        assertThat(message.getMessageID()).isEqualTo("<receipt.p.TST1@example.com>");
        assertThat(message.getHeader("List-Unsubscribe", null)).isEqualTo("<" + unsubscribe + ">");
        assertThat(message.getHeader("List-Unsubscribe-Post", null)).isEqualTo("List-Unsubscribe=One-Click");
        assertThat(message.getHeader("Auto-Submitted", null)).isEqualTo("auto-generated");
        assertThat(message.getFrom()[0].toString()).isEqualTo("Souq <shop@example.com>");
        MimeMultipart forms = (MimeMultipart) message.getContent();
        assertThat(forms.getCount()).isEqualTo(2);
        BodyPart text = forms.getBodyPart(0);
        assertThat(text.isMimeType("text/plain")).isTrue();
        assertThat(text.getContent().toString().replace("\r\n", "\n"))
                .isEqualTo(
                        "مرحباً \u2068Ali <b>& Co\u2069،\n\nاستلمنا دفعتك بمبلغ \u20681.000 KWD\u2069.\n\nالمرجع: \u2068TST1\u2069\n\n"
                                + "إيقاف هذه الرسائل: https://shop.example/unsubscribe?t=abc\n");
        BodyPart html = forms.getBodyPart(1);
        assertThat(html.isMimeType("text/html")).isTrue();
        assertThat(html.getContent().toString())
                .contains("<html lang=\"ar\" dir=\"rtl\">")
                .contains("مرحباً <bdi>Ali &lt;b&gt;&amp; Co</bdi>،")
                .contains("<a href=\"https://shop.example/unsubscribe?t=abc\">");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "payer",
                "payer@",
                "@example.com",
                "a@b@c",
                "payer@example.com\r\nBcc: all@example.com",
                "payer@example.com, all@example.com",
                "Payer <payer@example.com>",
                "payer @example.com",
                "payer@example.com\u2028"
            })
    void addressThatIsNone_isRefused_andNotRepeated(String address) {
        assertThatThrownBy(() -> new Email("1", address, "s", "t", null, null))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("to is no address: one name, one @ and one host, without spaces or controls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nBcc: x@example.com", "a\r", "a\u0085b", "a\u2029b"})
    void subjectOfMoreThanOneLine_isRefused(String subject) {
        assertThatThrownBy(() -> new Email("1", "a@example.com", subject, "t", null, null))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("subject is blank or has control characters");
    }

    @Test
    void serverWithoutTls_isRefusedWhereTlsIsAsked() {
        UndeliveredException e = catchThrowableOfType(
                UndeliveredException.class,
                () -> email().security(SmtpEmail.Security.STARTTLS)
                        .build()
                        .send(new Email("1", "a@example.com", "s", "secret text", null, null)));

        assertThat(e.isHopeless()).isFalse();
        assertThat(SERVER.getReceivedMessages()).isEmpty();
    }

    @Test
    void wrongPassword_canBeMended_andIsNotShown() {
        GreenMail strict = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
        strict.getUserManager().setAuthRequired(true);
        strict.setUser("shop@example.com", "shop", "right");
        strict.start();
        try {
            SmtpEmail mail = SmtpEmail.builder("127.0.0.1", strict.getSmtp().getPort(), "shop@example.com", breakers)
                    .security(SmtpEmail.Security.NONE)
                    .signIn("shop", "wrong-password")
                    .build();

            UndeliveredException e = catchThrowableOfType(
                    UndeliveredException.class, () -> mail.send(new Email("1", "a@example.com", "s", "t", null, null)));

            assertThat(e.isHopeless()).isFalse();
            assertThat(e).hasMessage("email failed with AuthenticationFailedException");
        } finally {
            strict.stop();
        }
    }

    @Test
    void serverAway_opensTheCircuitOfMailAlone() {
        GreenMail away = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
        away.start();
        int port = away.getSmtp().getPort();
        away.stop();
        SmtpEmail mail = SmtpEmail.builder("127.0.0.1", port, "shop@example.com", breakers)
                .security(SmtpEmail.Security.NONE)
                .build();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> mail.send(new Email("1", "a@example.com", "s", "t", null, null)))
                    .isInstanceOf(UndeliveredException.class);
        }

        assertThatThrownBy(() -> mail.send(new Email("1", "a@example.com", "s", "t", null, null)))
                .hasMessage("email was not called: CIRCUIT_OPEN");
    }

    @Test
    void settings_areRefusedWithTheirNames() {
        assertThatThrownBy(() -> SmtpEmail.builder("", 25, "a@b.c", breakers)).hasMessageStartingWith("host is blank");
        assertThatThrownBy(() -> SmtpEmail.builder("h", 0, "a@b.c", breakers)).hasMessage("port is 0: 1 to 65535");
        assertThatThrownBy(() -> SmtpEmail.builder("h", 25, "nobody", breakers)).hasMessageStartingWith("from ");
        assertThatThrownBy(() -> SmtpEmail.builder("mail.example", 25, "a@b.c", breakers)
                        .security(SmtpEmail.Security.NONE)
                        .signIn("u", "p")
                        .build())
                .hasMessage("security is NONE with a sign-in: STARTTLS or TLS, or a server on this machine");
    }
}
