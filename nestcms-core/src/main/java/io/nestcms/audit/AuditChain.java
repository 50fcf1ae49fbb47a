package io.nestcms.audit;

import io.nestcms.audit.AuditVerification.Broken;
import io.nestcms.audit.AuditVerification.Intact;
import io.nestcms.crypto.NamedKey;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The arithmetic of an audit trail, for its implementations: HMAC-SHA-256 under a key that the database does not have, so
 * that whoever can write there still cannot make a chain that holds.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class AuditChain {
    private static final int PAGE = 500;

    private final SecretKeySpec key;

    /**
     * A chain under a key.
     *
     * @param key kept for as long as the trail
     */
    public AuditChain(NamedKey key) {
        this.key = key.forAlgorithm("HmacSHA256");
    }

    /**
     * The record that follows.
     *
     * @param head the end of the trail
     * @param entry the deed
     * @return the next record
     */
    public AuditRecord next(AuditHead head, AuditEntry entry) {
        long sequence = head.sequence() + 1;
        return new AuditRecord(sequence, entry, head.hash(), hash(sequence, entry, head.hash()));
    }

    /**
     * Checks a trail from its start.
     *
     * @param pages reads the records
     * @param known an end that was kept elsewhere, or {@link AuditHead#NONE}
     * @return intact, or where it is broken first
     */
    public AuditVerification verify(Pages pages, AuditHead known) {
        AuditHead head = AuditHead.NONE;
        while (true) {
            List<AuditRecord> page = pages.read(head.sequence() + 1, PAGE);
            for (AuditRecord record : page) {
                String problem = problem(head, record, known);
                if (problem != null) {
                    return new Broken(head.sequence() + 1, problem);
                }
                head = record.head();
            }
            if (page.size() < PAGE) {
                return head.sequence() < known.sequence()
                        ? new Broken(head.sequence() + 1, "the trail ends before " + known.sequence())
                        : new Intact(head);
            }
        }
    }

    private @org.jspecify.annotations.Nullable String problem(AuditHead before, AuditRecord record, AuditHead known) {
        if (record.sequence() != before.sequence() + 1) {
            return "followed by " + record.sequence();
        }
        if (!equal(record.previousHash(), before.hash())) {
            return "does not follow the record before it";
        }
        if (!equal(record.hash(), hash(record.sequence(), record.entry(), record.previousHash()))) {
            return "was changed";
        }
        if (record.sequence() == known.sequence() && !equal(record.hash(), known.hash())) {
            return "is not the record that was known";
        }
        return null;
    }

    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private String hash(long sequence, AuditEntry entry, String previousHash) {
        // every part with its length, so that no two records have the same bytes
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(sequence);
            part(out, previousHash);
            part(out, entry.at().toString());
            part(out, entry.actor());
            part(out, entry.action());
            part(out, entry.subject());
            part(out, entry.origin());
            out.writeInt(entry.details().size());
            for (Map.Entry<String, String> detail : entry.details().entrySet()) {
                part(out, detail.getKey());
                part(out, detail.getValue());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(bytes.toByteArray()));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("HMAC-SHA-256 does not work on this Java runtime", missing);
        }
    }

    private static void part(DataOutputStream out, String text) throws IOException {
        byte[] bytes = Objects.requireNonNull(text).getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * Reads records in their order, whatever numbers they have.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Pages {
        /**
         * A page of records.
         *
         * @param from the first number wanted
         * @param limit at most how many
         * @return fewer than the limit only at the end of the trail
         */
        List<AuditRecord> read(long from, int limit);
    }
}
