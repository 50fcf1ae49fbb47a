package io.nestcms.cms.contract;

import io.nestcms.cms.outbox.InMemoryNotices;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.store.PaymentStore;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link ContractStore} in memory, over any store of payments: the reference for the contract, and the plain way to a
 * statement.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryContractStore implements ContractStore {
    private final Map<ContractId, Contract> contracts = new HashMap<>();
    private final InMemoryNotices<ContractEvent> outbox = new InMemoryNotices<>();
    private final PaymentStore payments;

    /**
     * An empty store.
     *
     * @param payments where the contracts' payments are
     */
    public InMemoryContractStore(PaymentStore payments) {
        this.payments = payments;
    }

    @Override
    public synchronized boolean insert(Contract contract, List<Notice<ContractEvent>> notices) {
        if (contracts.putIfAbsent(contract.id(), contract) != null) {
            return false;
        }
        outbox.add(contract.id().value(), notices, contract.updatedAt());
        return true;
    }

    @Override
    public synchronized boolean replace(Contract contract, List<Notice<ContractEvent>> notices) {
        Contract before = contracts.get(contract.id());
        if (before == null || before.version() != contract.version() - 1) {
            return false;
        }
        contracts.put(contract.id(), contract);
        outbox.add(contract.id().value(), notices, contract.updatedAt());
        return true;
    }

    @Override
    public Notices<ContractEvent> outbox() {
        return outbox;
    }

    @Override
    public synchronized Optional<Contract> find(ContractId id) {
        return Optional.ofNullable(contracts.get(id));
    }

    @Override
    public synchronized List<Contract> list(ContractQuery query) {
        return contracts.values().stream()
                .filter(contract -> matches(contract, query))
                .sorted(Comparator.comparing(Contract::createdAt)
                        .thenComparing(contract -> contract.id().value())
                        .reversed())
                .limit(query.size())
                .toList();
    }

    private static boolean matches(Contract contract, ContractQuery query) {
        Party client = contract.terms().client();
        return (query.status() == null || contract.status() == query.status())
                && (query.organisationId() == null
                        || contract.terms().organisationId().equals(query.organisationId()))
                && (query.clientId() == null || client.id().equals(query.clientId()))
                && (query.clientEmail() == null
                        || client.email()
                                .toLowerCase(Locale.ROOT)
                                .equals(query.clientEmail().toLowerCase(Locale.ROOT)))
                && (query.after() == null
                        || query.after()
                                .isBefore(contract.createdAt(), contract.id().value()));
    }

    @Override
    public synchronized List<ContractId> due(LocalDate day, int skip, int limit) {
        return contracts.values().stream()
                .filter(contract ->
                        contract.nextDueOn().map(next -> !next.isAfter(day)).orElse(false))
                .sorted(Comparator.comparing(
                                (Contract contract) -> contract.nextDueOn().orElseThrow())
                        .thenComparing(contract -> contract.id().value()))
                .skip(skip)
                .limit(limit)
                .map(Contract::id)
                .toList();
    }

    @Override
    public Optional<ContractStatement> statement(ContractId id) {
        return find(id).map(contract -> ContractStatement.of(contract, paymentsOf(id)));
    }

    @Override
    public List<ContractStatement> statements(ContractQuery query) {
        return list(query).stream()
                .map(contract -> ContractStatement.of(contract, paymentsOf(contract.id())))
                .toList();
    }

    private List<Payment> paymentsOf(ContractId id) {
        List<Payment> found = new ArrayList<>();
        PaymentPage page;
        PaymentCursor next = null;
        do {
            page = payments.list(PaymentQuery.newest(200).from(next));
            page.items().stream()
                    .filter(payment -> id.value().equals(payment.order().contractId()))
                    .forEach(found::add);
            next = page.next();
        } while (next != null);
        return found;
    }
}
