package io.nestcms.cms.contract;

import io.nestcms.cms.record.Position;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A contract as it was recorded at one moment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id our name for it
 * @param terms what is agreed
 * @param status where it stands
 * @param bills what became of its instalments, in their order; those that nothing was done about have none
 * @param version counts the writes, from 1
 * @param createdAt when it was drafted
 * @param updatedAt when it was last written
 * @since 0.1
 */
public record Contract(
        ContractId id,
        ContractTerms terms,
        ContractStatus status,
        List<Bill> bills,
        long version,
        Instant createdAt,
        Instant updatedAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param id our name for it
     * @param terms what is agreed
     * @param status where it stands
     * @param bills what became of its instalments
     * @param version counts the writes
     * @param createdAt when it was drafted
     * @param updatedAt when it was last written
     */
    public Contract {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(terms, "terms");
        Objects.requireNonNull(status, "status");
        bills = bills.stream().sorted(Comparator.comparingInt(Bill::instalment)).toList();
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }

    /**
     * A contract of whose instalments none was due yet.
     *
     * @param id our name for it
     * @param terms what is agreed
     * @param status where it stands
     * @param version counts the writes
     * @param createdAt when it was drafted
     * @param updatedAt when it was last written
     */
    public Contract(
            ContractId id,
            ContractTerms terms,
            ContractStatus status,
            long version,
            Instant createdAt,
            Instant updatedAt) {
        this(id, terms, status, List.of(), version, createdAt, updatedAt);
    }

    Contract next(ContractTerms newTerms, ContractStatus newStatus, Instant now) {
        return new Contract(id, newTerms, newStatus, bills, version + 1, createdAt, now);
    }

    /** The next version, with this bill in the place of the one of the same instalment. */
    Contract with(Bill bill, Instant now) {
        List<Bill> all = new ArrayList<>(bills);
        all.removeIf(other -> other.instalment() == bill.instalment());
        all.add(bill);
        return new Contract(id, terms, status, all, version + 1, createdAt, now);
    }

    /** Several changes in one write. */
    Contract ofVersion(long one) {
        return new Contract(id, terms, status, bills, one, createdAt, updatedAt);
    }

    Optional<Bill> bill(int instalment) {
        return bills.stream().filter(bill -> bill.instalment() == instalment).findFirst();
    }

    /**
     * The first day on which something is to be done about an instalment: a payment is to be made of it, or it is to be told that
     * its day has passed.
     *
     * @return empty when nothing is, and unless the contract is active
     */
    public Optional<LocalDate> nextDueOn() {
        if (status != ContractStatus.ACTIVE) {
            return Optional.empty();
        }
        LocalDate next = null;
        for (int n = 1; n <= terms.instalments().size(); n++) {
            LocalDate dueOn = terms.instalments().get(n - 1).dueOn();
            Optional<Bill> bill = bill(n);
            LocalDate day;
            if (bill.isEmpty() || bill.get().lacksPayment()) {
                day = dueOn;
            } else if (bill.get().paidAt() == null && bill.get().overdueAt() == null) {
                day = dueOn.plusDays(1);
            } else {
                continue;
            }
            next = next == null || day.isBefore(next) ? day : next;
        }
        return Optional.ofNullable(next);
    }

    /**
     * Where the page behind this contract begins.
     *
     * @return its place among all contracts
     */
    public Position position() {
        return new Position(createdAt, id.value());
    }
}
