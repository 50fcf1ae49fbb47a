package io.nestcms.benchmarks.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.nestcms.webhook.Verification;
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
}
