package io.nestcms.audit;

import java.util.Objects;

/**
 * A deed in its place in the chain.
 *
 * @param sequence its number, from 1 without gaps
 * @param entry the deed
 * @param previousHash the hash of the record before it; of the first, 64 zeros
 * @param hash over number, deed and previous hash; 64 hexadecimal digits
 * @since 0.1
 */
public record AuditRecord(long sequence, AuditEntry entry, String previousHash, String hash) {
    /**
     * Checks that nothing is missing.
     *
     * @param sequence its number
     * @param entry the deed
     * @param previousHash the hash before
     * @param hash its own hash
     */
    public AuditRecord {
        Objects.requireNonNull(entry, "entry");
        Objects.requireNonNull(previousHash, "previousHash");
        Objects.requireNonNull(hash, "hash");
    }

    /**
     * What to keep elsewhere, so that records cut off the end are missed.
     *
     * @return number and hash of this record
     */
    public AuditHead head() {
        return new AuditHead(sequence, hash);
    }
}
