package io.nestcms.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RetrySettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slack's and Twilio's channels over real HTTP. */
class ChannelsTest {
    private final FakeService service = new FakeService();
    private final CircuitBreakers breakers = CircuitBreakers.builder().build();
    private final List<Duration> waits = new ArrayList<>();
    private final AtomicLong time = new AtomicLong();

    @AfterEach
    void close() {
        service.close();
    }

    private Protection protection(String name) {
        return Protection.builder(
                        breakers.findOrCreate(name, BreakerSettings.service().build()))
                .retry(new RetrySettings(3, Duration.ofMillis(100), Duration.ofSeconds(5), 0))
                .ticker(time::get)
                .pause(wait -> {
                    waits.add(wait);
                    time.addAndGet(wait.toNanos());
                })
                .build();
    }

    private SlackChat slack() {
        return SlackChat.builder(service.at("/services/T/B/secret"), breakers)
                .protection(protection("chat"))
                .build();
    }

    private TwilioSms twilio() {
        return TwilioSms.builder("AC1", "token", "+15005550006", breakers)
                .api(service.at(""))
                .protection(protection("sms"))
                .build();
    }

    @Test
    void slack_getsTextWithoutMarkup() {
        slack().post("دفعة \"A&B\" <!channel>\n\\ 😀");

        assertThat(service.calls).hasSize(1);
        FakeService.Call call = service.calls.get(0);
        assertThat(call.path()).isEqualTo("/services/T/B/secret");
        assertThat(call.header("Content-Type")).startsWith("application/json");
        assertThat(new String(call.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"دفعة \\\"A&amp;B\\\" &lt;!channel&gt;\\n\\\\ 😀\"}");
    }

    @Test
    void slack_longTextIsCutBetweenCharacters() {
        slack().post("x".repeat(3998) + "😀" + "y".repeat(100));

        assertThat(new String(service.calls.get(0).body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"" + "x".repeat(3998) + "…\"}");
    }

    @Test
    void throttled_waitsAsLongAsAskedAndSendsOnce() {
        service.next(429, "Retry-After", "3");

        slack().post("one");

        assertThat(service.calls).hasSize(2);
        assertThat(waits).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void serverError_isNotSentAgain() {
        service.next(500);

        UndeliveredException e = catchThrowableOfType(UndeliveredException.class, () -> slack().post("one"));

        assertThat(service.calls).hasSize(1);
        assertThat(e.isHopeless()).isFalse();
        assertThat(e).hasMessage("chat answered 500");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 404, 410})
    void ourOwnFault_isNotHopeless_itCanBeMended(int status) {
        service.next(status, "Location", "http://127.0.0.1:9/elsewhere");

        UndeliveredException e = catchThrowableOfType(UndeliveredException.class, () -> slack().post("one"));

        assertThat(e.isHopeless()).isFalse();
        assertThat(service.calls).hasSize(1);
    }

    @Test
    void nobodyListens_triesAgain_opensItsOwnCircuit() {
        URI away = service.at("/hook");
        service.close();
        SlackChat chat =
                SlackChat.builder(away, breakers).protection(protection("chat")).build();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> chat.post("one")).isInstanceOf(UndeliveredException.class);
        }
        assertThatThrownBy(() -> chat.post("one"))
                .hasMessage("chat was not called: CIRCUIT_OPEN")
                .hasMessageNotContaining(away.toString());
        assertThat(waits).isNotEmpty();
    }

    @Test
    void twilio_getsAForm() {
        twilio().send("+96512345678", "المبلغ 1.000 KWD & more");

        FakeService.Call call = service.calls.get(0);
        assertThat(call.path()).isEqualTo("/2010-04-01/Accounts/AC1/Messages.json");
        assertThat(call.header("Authorization"))
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString("AC1:token".getBytes(StandardCharsets.UTF_8)));
        assertThat(new String(call.body(), StandardCharsets.UTF_8))
                .isEqualTo("To=%2B96512345678&From=%2B15005550006&Body="
                        + "%D8%A7%D9%84%D9%85%D8%A8%D9%84%D8%BA+1.000+KWD+%26+more");
    }

    @Test
    void twilio_refusesTheMessage_isHopeless() {
        service.next(400);

        UndeliveredException e =
                catchThrowableOfType(UndeliveredException.class, () -> twilio().send("+96512345678", "x"));

        assertThat(e.isHopeless()).isTrue();
        assertThat(e.getMessage()).doesNotContain("96512345678");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "96512345678", "+965 1234 5678", "+1234567890123456", "+٩٦٥١٢٣٤٥٦٧٨", "+9651234567&To=1"})
    void twilio_phoneOfAnotherForm_isRefusedBeforeTheCall(String phone) {
        assertThatThrownBy(() -> twilio().send(phone, "x"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("to has another form: + and 7 to 15 digits");
        assertThat(service.calls).isEmpty();
    }

    @Test
    void settings_areRefusedWithTheirNames_withoutTheSecret() {
        assertThatThrownBy(() -> SlackChat.builder(URI.create("ftp://hooks/secret"), breakers))
                .hasMessage("webhook is not of http or https: an absolute address of https");
        assertThatThrownBy(() -> SlackChat.builder(URI.create("https:///secret"), breakers))
                .hasMessage("webhook has no host or names a user: an absolute address without a user");
        assertThatThrownBy(() -> TwilioSms.builder("../x", "t", "+1", breakers)).hasMessageStartingWith("account has");
        assertThatThrownBy(() -> TwilioSms.builder("AC1", " ", "+1", breakers)).hasMessageStartingWith("token is");
        assertThatThrownBy(() -> TwilioSms.builder("AC1", "t", "+1", breakers).api(URI.create("https://a/b")))
                .hasMessageStartingWith("api has");
    }
}
