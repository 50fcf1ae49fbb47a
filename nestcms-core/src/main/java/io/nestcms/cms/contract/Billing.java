package io.nestcms.cms.contract;

import io.nestcms.cms.contract.ContractEvent.InstalmentDue;
import io.nestcms.cms.contract.ContractEvent.InstalmentOverdue;
import io.nestcms.cms.contract.ContractEvent.InstalmentPaid;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.service.Payments;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a payment of every instalment on the day on which it falls due, exactly once, and tells when an instalment is paid or
 * overdue. {@link #run()} does what is due and returns: give it to a timer. Give {@link #paid(PaymentEvent)} the events of payments, so
 * that a paid instalment is told of at once.
 *
 * <p>A bill is written first, with its amount; then the payment is made under a key that is the instalment's own; then the
 * payment is written on the bill. Whoever comes again, on any node and after any crash, goes on from where it stands and gets the same
 * payment. What was paid by other payments of the contract counts for the oldest instalments first and is not asked for again.
 *
 * <p>Safe for use by many threads and on many nodes.
 *
 * @since 0.1
 */
public final class Billing implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Billing.class);
    private static final int PAGE = 100;
    private static final int LONGEST_TITLE = 90;
    /** So often a contract is judged again after somebody else was faster; then it waits for the next run. */
    private static final int TRIES = 20;

    private final ContractStore contracts;
    private final Payments payments;
    private final Clock clock;
    private final ZoneId zone;

    /**
     * Billing over a store and the payments.
     *
     * @param contracts the contracts
     * @param payments makes the payments
     * @param clock tells the present
     * @param zone where a day begins
     */
    public Billing(ContractStore contracts, Payments payments, Clock clock, ZoneId zone) {
        this.contracts = Objects.requireNonNull(contracts, "contracts");
        this.payments = Objects.requireNonNull(payments, "payments");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.zone = Objects.requireNonNull(zone, "zone");
    }

    /** Does what is due. A broken store is logged and left to the next run, and so is a contract that fails. Repeatable. */
    @Override
    public void run() {
        try {
            runOnce();
        } catch (Throwable broken) {
            Reports.failed(LOG, "The instalments that are due could not be read", null, broken);
        }
    }

    /**
     * Does what is due. A contract that fails is logged and left to the next run; the others go on. Repeatable.
     *
     * @return how many contracts were brought up to date
     */
    public int runOnce() {
        int done = 0;
        int failed = 0;
        while (!Thread.currentThread().isInterrupted()) {
            List<ContractId> due = contracts.due(today(), failed, PAGE);
            if (due.isEmpty()) {
                break;
            }
            for (ContractId contract : due) {
                if (isBroughtUp(contract)) {
                    done++;
                } else {
                    failed++;
                }
            }
        }
        return done;
    }

    private boolean isBroughtUp(ContractId id) {
        try {
            return bringUp(id);
        } catch (Throwable broken) {
            Reports.failed(LOG, "The instalments of a contract could not be brought up to date", id, broken);
            return false;
        }
    }

    /**
     * Tells of the instalments that a payment has paid, if it is one of a contract. For a listener of payments; repeatable.
     *
     * @param event any event of a payment
     */
    public void paid(PaymentEvent event) {
        payments.find(event.paymentId())
                .map(payment -> payment.order().contractId())
                .flatMap(ContractId::find)
                .ifPresent(this::bringUp);
    }

    /**
     * Brings the bills of one contract up to date. Repeatable.
     *
     * @param id the contract
     * @return whether nothing is left to be done today
     */
    boolean bringUp(ContractId id) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<ContractStatement> found = contracts.statement(id);
            if (found.isEmpty() || found.get().contract().status() == ContractStatus.DRAFT) {
                return true;
            }
            Contract contract = found.get().contract();
            List<ContractEvent> events = new ArrayList<>();
            Contract next = settled(found.get(), events);
            if (contract.status() == ContractStatus.ACTIVE) {
                next = planned(found.get(), next);
                Optional<Bill> open =
                        contract.bills().stream().filter(Bill::lacksPayment).findFirst();
                if (open.isPresent()) {
                    Optional<PaymentId> made = payment(contract, open.get());
                    if (made.isEmpty()) {
                        return false;
                    }
                    next = next.with(open.get().madeInto(made.get()), now());
                    events.add(new InstalmentDue(
                            id,
                            next.updatedAt(),
                            open.get().instalment(),
                            open.get().amount(),
                            made.get()));
                }
            }
            if (next.bills().equals(contract.bills())) {
                return true;
            }
            Contract written = next.ofVersion(contract.version() + 1);
            contracts.replace(written, Contracts.notices(written, events));
        }
        throw new IllegalStateException("contract " + id + " is written by others all the time; try again later");
    }

    /** With what is paid by now, and with what is late. */
    private Contract settled(ContractStatement statement, List<ContractEvent> events) {
        Contract next = statement.contract();
        List<Instalment> instalments = next.terms().instalments();
        int paid = statement.instalmentsPaid();
        for (int n = 1; n <= instalments.size(); n++) {
            Instalment instalment = instalments.get(n - 1);
            Optional<Bill> bill = next.bill(n);
            Instant now = now();
            if (n <= paid && bill.map(it -> it.paidAt() == null).orElse(true)) {
                Bill known = bill.orElse(
                        Bill.planned(n, Money.zero(instalment.amount().currency()), now));
                next = next.with(known.paid(now), now);
                events.add(new InstalmentPaid(next.id(), now, n, instalment.amount()));
            } else if (next.status() == ContractStatus.ACTIVE
                    && bill.isPresent()
                    && !bill.get().lacksPayment()
                    && bill.get().paidAt() == null
                    && bill.get().overdueAt() == null
                    && instalment.dueOn().isBefore(today())) {
                next = next.with(bill.get().overdue(now), now);
                events.add(new InstalmentOverdue(next.id(), now, n, instalment.amount()));
            }
        }
        return next;
    }

    /** With a bill for each instalment that has fallen due. */
    private Contract planned(ContractStatement statement, Contract settled) {
        Contract next = settled;
        List<Instalment> instalments = next.terms().instalments();
        Money dueSoFar = Money.zero(next.terms().amount().currency());
        for (int n = 1; n <= instalments.size(); n++) {
            Instalment instalment = instalments.get(n - 1);
            dueSoFar = dueSoFar.plus(instalment.amount());
            if (next.bill(n).isEmpty() && !instalment.dueOn().isAfter(today())) {
                Money left = dueSoFar.minus(statement.paid()).minus(asked(statement, next));
                Money most = instalment.amount();
                Money amount = left.compareTo(most) > 0 ? most : left.isPositive() ? left : Money.zero(most.currency());
                next = next.with(Bill.planned(n, amount, now()), now());
            }
        }
        return next;
    }

    /** What bills ask for that nothing was taken of yet; bills that were settled by others ask for nothing more. */
    private static Money asked(ContractStatement statement, Contract contract) {
        Money asked = Money.zero(contract.terms().amount().currency());
        for (Bill bill : contract.bills()) {
            boolean taken = statement.payments().stream()
                    .anyMatch(line ->
                            line.id().equals(bill.payment()) && line.taken().isPositive());
            if (bill.paidAt() == null && !taken) {
                asked = asked.plus(bill.amount());
            }
        }
        return asked;
    }

    private Optional<PaymentId> payment(Contract contract, Bill bill) {
        String name = contract.id() + "-" + bill.instalment();
        String title = contract.terms().title();
        int cut = title.offsetByCodePoints(0, Math.min(LONGEST_TITLE / 2, title.codePointCount(0, title.length())));
        PaymentOrder order = new PaymentOrder(
                new CartId("instalment-" + name),
                bill.amount(),
                "Instalment " + bill.instalment() + ": " + title.substring(0, cut),
                contract.terms().client().customer(),
                contract.id().value(),
                ChargeMode.SALE);
        CreateResult result = payments.create(
                new IdempotencyKey("contract:" + contract.id(), Integer.toString(bill.instalment())), order);
        if (result instanceof CreateResult.Created created) {
            return Optional.of(created.payment().id());
        }
        LOG.error(
                "Instalment {} of contract {} became no payment: {}",
                bill.instalment(),
                contract.id(),
                ((CreateResult.Refused) result).refusal());
        return Optional.empty();
    }

    private Instant now() {
        return clock.instant();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), zone);
    }
}
