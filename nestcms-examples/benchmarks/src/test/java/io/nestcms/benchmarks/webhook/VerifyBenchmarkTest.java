package io.nestcms.benchmarks.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

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
    void ratios_areThoseOfWhatIsMeasured() throws Exception {
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        VerifyRatios ratios = new VerifyRatios(1);

        ratios.print(new PrintStream(report, true, StandardCharsets.UTF_8));

        assertThat(report.toString(StandardCharsets.UTF_8).lines())
                .hasSize(8)
                .filteredOn(line -> line.startsWith("| bareHmacReused | ") && line.endsWith(" | 1.00 |"))
                .hasSize(2);
        assertThat(ratios.last()).isInstanceOf(Verification.Verified.class);
    }
}
