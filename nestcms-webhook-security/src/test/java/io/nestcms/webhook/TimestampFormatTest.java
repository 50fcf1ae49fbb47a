package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampFormatTest {
    @ParameterizedTest
    @CsvSource({
        "UNIX_SECONDS, 1614265330, 2021-02-25T15:02:10Z",
        "UNIX_SECONDS, 0, 1970-01-01T00:00:00Z",
        "UNIX_SECONDS, 99999999999, 5138-11-16T09:46:39Z",
        "UNIX_MILLIS, 1614265330123, 2021-02-25T15:02:10.123Z",
        "UNIX_MILLIS, 99999999999999, 5138-11-16T09:46:39.999Z",
        "ISO_8601, 2026-09-17T08:30:00Z, 2026-09-17T08:30:00Z",
        "ISO_8601, 2026-09-17T11:30:00.250+03:00, 2026-09-17T08:30:00.250Z",
        "DETECT, 1614265330, 2021-02-25T15:02:10Z",
        "DETECT, 1614265330123, 2021-02-25T15:02:10.123Z",
        "DETECT, 2026-09-17T08:30:00Z, 2026-09-17T08:30:00Z"
    })
    void parse_readable(TimestampFormat format, String text, Instant expected) {
        assertThat(format.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "UNIX_SECONDS, ''",
        "UNIX_SECONDS, 100000000000",
        "UNIX_SECONDS, -1",
        "UNIX_SECONDS, +1",
        "UNIX_SECONDS, ' 1'",
        "UNIX_SECONDS, 1.0",
        "UNIX_SECONDS, 1e9",
        "UNIX_SECONDS, 0x10",
        "UNIX_SECONDS, ١٢٣",
        "UNIX_MILLIS, 100000000000000",
        "ISO_8601, 2026-09-17",
        "ISO_8601, 2026-09-17T08:30:00",
        "ISO_8601, 2026-13-17T08:30:00Z",
        "ISO_8601, 2026-09-17T08:30:00.0000000000000000000000000000000Z",
        "DETECT, 161426533",
        "DETECT, 16142653301",
        "DETECT, 161426533012",
        "DETECT, 16142653301234",
        "DETECT, 0614265330",
        "DETECT, 0614265330123",
        "DETECT, now"
    })
    void parse_unreadableOrAmbiguous(TimestampFormat format, String text) {
        assertThat(format.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "UNIX_SECONDS, 1614265330",
        "UNIX_MILLIS, 1614265330123",
        "ISO_8601, 2021-02-25T15:02:10.123Z",
        "DETECT, 1614265330"
    })
    void format_isReadAgain(TimestampFormat format, String text) {
        assertThat(format.format(Instant.ofEpochMilli(1614265330123L))).isEqualTo(text);
    }

    @Test
    void rule_extremes() {
        TimestampRule rule = TimestampRule.standard();
        Instant now = Instant.parse("2026-09-17T08:30:00Z");

        assertThat(rule.check(now.minus(Duration.ofMinutes(5)), now)).isEmpty();
        assertThat(rule.check(now.minus(Duration.ofMinutes(5)).minusNanos(1), now)
                        .orElseThrow()
                        .reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_TOO_OLD);
        assertThat(rule.check(now.plus(Duration.ofMinutes(5)), now)).isEmpty();
        assertThat(rule.check(now.plus(Duration.ofMinutes(5)).plusNanos(1), now)
                        .orElseThrow()
                        .reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_IN_FUTURE);
        assertThat(rule.check(Instant.MIN, Instant.MAX).orElseThrow().reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_TOO_OLD);
        assertThat(rule.check(Instant.MAX, Instant.MIN).orElseThrow().reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_IN_FUTURE);
        assertThat(TimestampRule.notFromTheFuture(Duration.ZERO).check(Instant.MIN, now))
                .isEmpty();
    }

    @Test
    void rule_negativeTolerance_isRefused() {
        Duration negative = Duration.ofNanos(-1);

        assertThatIllegalArgumentException().isThrownBy(() -> new TimestampRule(negative, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new TimestampRule(Duration.ZERO, negative));
    }

    @Test
    void payload_timeOfTheTransaction_takesLateDeliveries_andRefusesTheFuture() {
        PayloadRules rules = PayloadRules.json()
                .profile("profile_id", Set.of("90417"))
                .time(
                        "payment_result.transaction_time",
                        TimestampFormat.ISO_8601,
                        TimestampRule.notFromTheFuture(Duration.ofMinutes(5)))
                .clock(Fixtures.CLOCK)
                .build();

        assertThat(rules.check(withTime("\"2020-01-01T00:00:00Z\""))).isEmpty();
        assertThat(rules.check(withTime("\"2026-09-18T10:05:00Z\""))).isEmpty();
        assertThat(rules.check(withTime("\"2026-09-18T10:05:01Z\""))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_IN_FUTURE);
        assertThat(rules.check(withTime("\"yesterday\"")).orElseThrow().reason())
                .isEqualTo(Refusal.Reason.TIMESTAMP_MALFORMED);
        assertThat(rules.check(withTime("null")).orElseThrow().reason()).isEqualTo(Refusal.Reason.TIMESTAMP_MISSING);
    }

    private static WebhookRequest withTime(String time) {
        return WebhookRequest.builder(
                        Fixtures.utf8("{\"profile_id\":90417,\"payment_result\":{\"transaction_time\":" + time + "}}"))
                .build();
    }
}
