package io.nestcms.cms.contract;

import io.nestcms.money.Money;
import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened to a contract. Recorded in the same write as the change that it tells of, and delivered at least
 * once, in order per contract. Holds no personal data.
 *
 * <p>All are immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ContractEvent {
    /**
     * The contract.
     *
     * @return our name for it
     */
    ContractId contractId();

    /**
     * When it was recorded.
     *
     * @return by the clock of the node that recorded it
     */
    Instant at();

    /**
     * A contract was drafted.
     *
     * @param contractId the contract
     * @param at when it was recorded
     */
    record ContractDrafted(ContractId contractId, Instant at) implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         */
        public ContractDrafted {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * The terms of a draft were changed.
     *
     * @param contractId the contract
     * @param at when it was recorded
     */
    record ContractRevised(ContractId contractId, Instant at) implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         */
        public ContractRevised {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * A contract moved along.
     *
     * @param contractId the contract
     * @param at when it was recorded
     * @param from where it stood
     * @param to where it stands
     */
    record ContractStatusChanged(ContractId contractId, Instant at, ContractStatus from, ContractStatus to)
            implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         * @param from where it stood
         * @param to where it stands
         */
        public ContractStatusChanged {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
        }
    }

    /**
     * An instalment fell due, and a payment was made of it that the client can pay.
     *
     * @param contractId the contract
     * @param at when it was recorded
     * @param instalment which, counted from 1
     * @param amount what is asked for
     * @param payment the payment
     */
    record InstalmentDue(ContractId contractId, Instant at, int instalment, Money amount, PaymentId payment)
            implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         * @param instalment which
         * @param amount what is asked for
         * @param payment the payment
         */
        public InstalmentDue {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(amount, "amount");
            Objects.requireNonNull(payment, "payment");
        }
    }

    /**
     * The day of an instalment has passed, and it is not paid.
     *
     * @param contractId the contract
     * @param at when it was recorded
     * @param instalment which, counted from 1
     * @param amount the instalment in full
     */
    record InstalmentOverdue(ContractId contractId, Instant at, int instalment, Money amount) implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         * @param instalment which
         * @param amount the instalment in full
         */
        public InstalmentOverdue {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(amount, "amount");
        }
    }

    /**
     * An instalment is paid in full: by its own payment or by others of the contract, which count for the oldest instalment first.
     *
     * @param contractId the contract
     * @param at when it was recorded
     * @param instalment which, counted from 1
     * @param amount the instalment in full
     */
    record InstalmentPaid(ContractId contractId, Instant at, int instalment, Money amount) implements ContractEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param contractId the contract
         * @param at when it was recorded
         * @param instalment which
         * @param amount the instalment in full
         */
        public InstalmentPaid {
            Objects.requireNonNull(contractId, "contractId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(amount, "amount");
        }
    }
}
