package io.nestcms.cms.contract;

import java.util.Objects;

/**
 * How an act on a contract ended.
 *
 * @since 0.1
 */
public sealed interface ContractResult {
    /**
     * It is done.
     *
     * @param contract the contract as it is now
     */
    record Done(Contract contract) implements ContractResult {
        /**
         * Checks that the contract is there.
         *
         * @param contract the contract as it is now
         */
        public Done {
            Objects.requireNonNull(contract, "contract");
        }
    }

    /** There is no such contract. */
    record NotFound() implements ContractResult {}

    /**
     * Somebody has changed it since it was looked at; nothing was changed.
     *
     * @param contract the contract as it is now
     */
    record Changed(Contract contract) implements ContractResult {
        /**
         * Checks that the contract is there.
         *
         * @param contract the contract as it is now
         */
        public Changed {
            Objects.requireNonNull(contract, "contract");
        }
    }

    /**
     * The rules do not allow it; nothing was changed.
     *
     * @param status where the contract stands
     * @param rule what is not met
     */
    record Refused(ContractStatus status, String rule) implements ContractResult {
        /**
         * Checks that both are there.
         *
         * @param status where the contract stands
         * @param rule what is not met
         */
        public Refused {
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(rule, "rule");
        }
    }
}
