package io.nestcms.benchmarks.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.offset;

import io.nestcms.webhook.Verification;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured is a genuine message taken, by everybody. */
class VerifyBenchmarkTest {
    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 16384, 262144})
    void everyCandidate_takesTheMessage(int bytes) throws Exception {
        VerifyBenchmark benchmark = new VerifyBenchmark();
        benchmark.bytes = bytes;
        benchmark.signForEverybody();

        assertThat(benchmark.nestcmsPayTabs()).isInstanceOf(Verification.Verified.class);
        assertThat(benchmark.nestcmsPayTabsWithJson()).isInstanceOf(Verification.Verified.class);
        assertThat(benchmark.nestcmsStandard()).isInstanceOf(Verification.Verified.class);
        assertThat(benchmark.nestcmsStripe()).isInstanceOf(Verification.Verified.class);
        assertThat(benchmark.stripeJava()).isTrue();
        assertThatCode(benchmark::standardWebhooks).doesNotThrowAnyException();
        assertThat(benchmark.bareHmacNew()).hasSize(32);
        assertThat(Messages.ofSize(bytes)).hasSize(bytes);
    }

    @Test
    void timingCheck_reportsBothComparisons() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        TimingCheck.of(2000)
                .run( // few: the test is of the report, not of the time
                        new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("NestCMS, whole refusal: |t| = ", "stops early");
    }

    @Test
    void welch_knownValue() {
        assertThat(TimingCheck.welch(new long[] {1, 2, 3}, new long[] {4, 5, 6}))
                .isCloseTo(-3.674, offset(0.001));
    }
}
