package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chaos run, in small: the same processes, faults, kills and comparison. */
class ChaosTest {
    @TempDir
    Path data;

    @Test
    void killedServerAndBrokenGateway_ledgerAndRecordsAgreeToTheLastUnit() throws Exception {
        ChaosPlan plan = new ChaosPlan(40, 20, 2, 20261125, Duration.ofSeconds(8));

        ChaosRun.Result result = new ChaosRun(plan, data).run();

        assertThat(result.audit().disagreements()).isEmpty();
        assertThat(result.tally().of("server: killed")).isEqualTo(2);
        assertThat(result.faults()).isNotEmpty();
        assertThat(result.audit().statuses()).containsKeys("SUCCEEDED", "CAPTURED", "VOIDED", "PARTIALLY_REFUNDED");
    }
}
