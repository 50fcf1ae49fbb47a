package io.nestcms.audit;

import java.util.Objects;

/**
 * What checking an audit trail found.
 *
 * @since 0.1
 */
public sealed interface AuditVerification {
    /**
     * Every record is as it was written.
     *
     * @param head the end of the trail
     */
    record Intact(AuditHead head) implements AuditVerification {
        /**
         * Checks that the end is there.
         *
         * @param head the end of the trail
         */
        public Intact {
            Objects.requireNonNull(head, "head");
        }
    }

    /**
     * Somebody changed, removed, added or moved a record.
     *
     * @param sequence the number at which it shows first
     * @param problem what is wrong there
     */
    record Broken(long sequence, String problem) implements AuditVerification {
        /**
         * Checks that the problem is there.
         *
         * @param sequence the number at which it shows first
         * @param problem what is wrong there
         */
        public Broken {
            Objects.requireNonNull(problem, "problem");
        }
    }
}
