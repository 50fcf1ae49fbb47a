package io.nestcms.audit;

import java.util.Objects;

/**
 * The end of an audit trail at one moment. Kept outside the database, it proves later that nothing was cut off.
 *
 * @param sequence the last record's number; 0 when there was none
 * @param hash the last record's hash; 64 zeros when there was none
 * @since 0.1
 */
public record AuditHead(long sequence, String hash) {
    /** The end of a trail without records. */
    public static final AuditHead NONE = new AuditHead(0, "0".repeat(64));

    /**
     * Checks that the hash is there.
     *
     * @param sequence the last record's number
     * @param hash the last record's hash
     */
    public AuditHead {
        Objects.requireNonNull(hash, "hash");
    }
}
