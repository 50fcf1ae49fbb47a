package io.nestcms.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.benchmarks.OutageDrill.Report;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutageDrillTest {
    @Test
    void drill_protected_answersAtOnceAndSparesTheGateway() {
        List<Report> reports = OutageDrill.runAll();
        Report unprotected = reports.get(0);
        Report theirs = reports.get(2);
        Report ours = reports.get(3);
        assertThat(unprotected.p50()).isEqualTo(30_000);
        assertThat(unprotected.mostHeld()).isEqualTo(OutageDrill.CALLERS);
        assertThat(ours.p50()).isLessThan(10);
        Report walled = reports.get(5);
        assertThat(ours.reached()).isLessThan(theirs.reached());
        assertThat(walled.p99()).isLessThan(10);
        assertThat(walled.mostHeld()).isEqualTo(50);
        assertThat(walled.reached()).isLessThan(reports.get(4).reached());
        assertThat(ours.untilNormal()).isLessThan(40);
        assertThat(DrillPage.text(reports, List.of())).contains("| NestCMS |");
        assertThat(DrillPage.plot(reports)).startsWith("<svg").endsWith("</svg>\n");
    }

    @Test
    void drill_again_isTheSame() {
        assertThat(DrillPage.text(OutageDrill.runAll(), FewCalls.runAll()))
                .isEqualTo(DrillPage.text(OutageDrill.runAll(), FewCalls.runAll()));
    }

    @Test
    void fewCalls_recoverInSecondsAtAnyRate() {
        List<FewCalls.Row> ours = FewCalls.runAll().stream()
                .filter(row -> row.name().equals("NestCMS"))
                .toList();
        assertThat(ours)
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.untilClosed()).isLessThan(Duration.ofSeconds(7)));
        assertThat(ours.get(0).refused()).as("one call an hour").isZero();
        assertThat(ours.get(1).refused()).as("one call a minute").isZero();
    }
}
