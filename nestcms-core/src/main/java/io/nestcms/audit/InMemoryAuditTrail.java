package io.nestcms.audit;

import io.nestcms.crypto.NamedKey;
import java.util.ArrayList;
import java.util.List;

/**
 * An {@link AuditTrail} in memory: the reference for the contract and for tests. Gone with the process.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryAuditTrail implements AuditTrail {
    private final AuditChain chain;
    private final List<AuditRecord> records = new ArrayList<>();

    /**
     * An empty trail.
     *
     * @param key what the records are chained with
     */
    public InMemoryAuditTrail(NamedKey key) {
        this.chain = new AuditChain(key);
    }

    @Override
    public synchronized AuditRecord append(AuditEntry entry) {
        AuditRecord record = chain.next(head(), entry);
        records.add(record);
        return record;
    }

    @Override
    public synchronized List<AuditRecord> read(long from, int limit) {
        return records.stream()
                .skip(Math.max(0, from - 1))
                .limit(Math.max(0, limit))
                .toList();
    }

    @Override
    public synchronized AuditHead head() {
        return records.isEmpty()
                ? AuditHead.NONE
                : records.get(records.size() - 1).head();
    }

    @Override
    public AuditVerification verify(AuditHead known) {
        return chain.verify(this::read, known);
    }
}
