package io.nestcms.audit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.audit.AuditEntry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditRecord;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification.Broken;
import io.nestcms.audit.AuditVerification.Intact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link AuditTrail} does. Extend it with a trail that is empty at each test. */
public abstract class AuditTrailContract {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

    /** A trail without records, the same one for all calls within a test. */
    protected abstract AuditTrail trail();

    /** A deed. */
    protected static AuditEntry deed(int number) {
        return new AuditEntry(
                NOON.plusSeconds(number),
                "user-" + number,
                "payment.refund",
                "payment/" + number,
                "203.0.113.7",
                Map.of("amount", "KWD 1.000", "reason", "duplicate"));
    }

    @Test
    void append_records_areReadBackEqualAndInOrder() {
        List<AuditRecord> written = new ArrayList<>();
        for (int n = 1; n <= 5; n++) {
            written.add(trail().append(deed(n)));
        }

        assertThat(trail().read(1, 10)).containsExactlyElementsOf(written);
        assertThat(trail().read(3, 2)).containsExactlyElementsOf(written.subList(2, 4));
        assertThat(trail().read(6, 2)).isEmpty();
        assertThat(written).extracting(AuditRecord::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(written.get(4).entry()).isEqualTo(deed(5));
        assertThat(trail().head()).isEqualTo(written.get(4).head());
    }

    @Test
    void verify_empty_isIntact() {
        assertThat(trail().head()).isEqualTo(AuditHead.NONE);
        assertThat(trail().verify(AuditHead.NONE)).isEqualTo(new Intact(AuditHead.NONE));
    }

    @Test
    void verify_againstAnEarlierEnd_isIntact() {
        AuditHead early = trail().append(deed(1)).head();
        AuditHead late = trail().append(deed(2)).head();

        assertThat(trail().verify(early)).isEqualTo(new Intact(late));
    }

    @Test
    void verify_endOfAnotherTrail_isBroken() {
        trail().append(deed(1));

        assertThat(trail().verify(new AuditHead(1, "a".repeat(64))))
                .isEqualTo(new Broken(1, "is not the record that was known"));
        assertThat(trail().verify(new AuditHead(9, "a".repeat(64))))
                .isEqualTo(new Broken(2, "the trail ends before 9"));
    }

    @Test
    void append_fromManyThreads_isOneChainWithoutGaps() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<AuditRecord>> calls = new ArrayList<>();
            for (int n = 0; n < 40; n++) {
                int number = n;
                calls.add(() -> trail().append(deed(number)));
            }
            for (Future<AuditRecord> end : pool.invokeAll(calls)) {
                end.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(trail().verify(AuditHead.NONE)).isEqualTo(new Intact(trail().head()));
        assertThat(trail().head().sequence()).isEqualTo(40);
        assertThat(trail().read(1, 100).stream().map(record -> record.entry().actor()))
                .doesNotHaveDuplicates()
                .hasSize(40);
    }
}
