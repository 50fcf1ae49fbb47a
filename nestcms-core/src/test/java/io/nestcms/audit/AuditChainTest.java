package io.nestcms.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.audit.AuditVerification.Broken;
import io.nestcms.audit.AuditVerification.Intact;
import io.nestcms.audit.contract.AuditTrailContract;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AuditChainTest {
    private static final NamedKey KEY = NamedKey.of("audit", new byte[32]);

    private final AuditChain chain = new AuditChain(KEY);
    private final List<AuditRecord> records = new ArrayList<>();

    AuditChainTest() {
        AuditHead head = AuditHead.NONE;
        for (int n = 1; n <= 5; n++) {
            records.add(chain.next(head, entry("user-" + n, Map.of("n", "" + n))));
            head = records.get(n - 1).head();
        }
    }

    @Nested
    class InMemory extends AuditTrailContract {
        private final AuditTrail trail = new InMemoryAuditTrail(KEY);

        @Override
        protected AuditTrail trail() {
            return trail;
        }
    }

    private static AuditEntry entry(String actor, Map<String, String> details) {
        return new AuditEntry(Instant.EPOCH, actor, "login", "session/1", "node-1", details);
    }

    private AuditVerification verify(List<AuditRecord> changed) {
        return chain.verify(
                (from, limit) -> changed.stream()
                        .filter(record -> record.sequence() >= from)
                        .limit(limit)
                        .toList(),
                records.get(4).head());
    }

    @Test
    void verify_untouched_isIntact() {
        assertThat(verify(records)).isEqualTo(new Intact(records.get(4).head()));
    }

    @Test
    void verify_anyRecordChangedRemovedSwappedOrDoubled_isBroken() {
        for (int n = 0; n < 5; n++) {
            AuditRecord record = records.get(n);
            List<AuditRecord> changed = new ArrayList<>(records);
            changed.set(
                    n,
                    new AuditRecord(
                            record.sequence(), entry("mallory", Map.of()), record.previousHash(), record.hash()));
            assertThat(verify(changed)).isEqualTo(new Broken(n + 1, "was changed"));

            List<AuditRecord> removed = new ArrayList<>(records);
            removed.remove(n);
            assertThat(verify(removed)).isInstanceOf(Broken.class);

            List<AuditRecord> doubled = new ArrayList<>(records);
            doubled.add(n, record);
            assertThat(verify(doubled)).isInstanceOf(Broken.class);
        }
        List<AuditRecord> swapped = new ArrayList<>(records);
        java.util.Collections.swap(swapped, 1, 2);
        assertThat(verify(swapped)).isInstanceOf(Broken.class);
    }

    @Test
    void verify_rebuiltWithoutTheKey_isBroken() {
        AuditChain other = new AuditChain(
                NamedKey.of("audit", "x".repeat(32).getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        List<AuditRecord> forged = new ArrayList<>();
        AuditHead head = AuditHead.NONE;
        for (int n = 1; n <= 5; n++) {
            forged.add(other.next(head, entry("mallory", Map.of())));
            head = forged.get(n - 1).head();
        }

        assertThat(verify(forged)).isEqualTo(new Broken(1, "was changed"));
    }

    @Test
    void entry_blankOrTooLong_isRefused() {
        assertThatThrownBy(() -> entry(" ", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("actor is blank");
        assertThatThrownBy(() -> entry("a", Map.of("k", "v".repeat(1025))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("details.k");
    }
}
