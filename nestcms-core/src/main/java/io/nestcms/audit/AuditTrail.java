package io.nestcms.audit;

import java.util.List;

/**
 * An append-only record of deeds, each chained to the one before: a port. Nothing is ever changed or removed through it,
 * and {@link #verify(AuditHead)} finds what was changed behind its back.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code AuditTrailContract}.
 *
 * @since 0.1
 */
public interface AuditTrail {
    /**
     * Puts a deed on record, behind all that are.
     *
     * @param entry the deed
     * @return its place in the chain
     */
    AuditRecord append(AuditEntry entry);

    /**
     * Records in their order.
     *
     * @param from the first number wanted, from 1
     * @param limit at most how many
     * @return the records; empty behind the end
     */
    List<AuditRecord> read(long from, int limit);

    /**
     * The end of the trail.
     *
     * @return {@link AuditHead#NONE} when it is empty
     */
    AuditHead head();

    /**
     * Checks every record.
     *
     * @param known an end of this trail that was kept elsewhere; {@link AuditHead#NONE} when none was, and then records
     *     cut off the end are not missed
     * @return intact, or where it is broken first
     */
    AuditVerification verify(AuditHead known);
}
