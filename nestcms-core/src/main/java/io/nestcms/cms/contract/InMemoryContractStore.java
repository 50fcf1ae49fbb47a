package io.nestcms.cms.contract;

import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
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
    private final Map<ContractId, Waiting> waiting = new HashMap<>();
    private final List<ContractNotice> buried = new ArrayList<>();
    private final ContractOutbox outbox = new Outbox();
    private final PaymentStore payments;

    private record Waiting(List<ContractNotice> notices, Instant nextAt, Instant heldUntil) {}

    /**
     * An empty store.
     *
     * @param payments where the contracts' payments are
     */
    public InMemoryContractStore(PaymentStore payments) {
        this.payments = payments;
    }

    @Override
    public synchronized boolean insert(Contract contract, List<ContractNotice> notices) {
        if (contracts.putIfAbsent(contract.id(), contract) != null) {
            return false;
        }
        put(contract, notices);
        return true;
    }

    @Override
    public synchronized boolean replace(Contract contract, List<ContractNotice> notices) {
        Contract before = contracts.get(contract.id());
        if (before == null || before.version() != contract.version() - 1) {
            return false;
        }
        contracts.put(contract.id(), contract);
        put(contract, notices);
        return true;
    }

    private void put(Contract contract, List<ContractNotice> notices) {
        put(contract.id(), notices, contract.updatedAt());
    }

    private void put(ContractId contract, List<ContractNotice> notices, Instant due) {
        if (!notices.isEmpty()) {
            Waiting before = waiting.getOrDefault(contract, new Waiting(List.of(), due, Instant.MIN));
            List<ContractNotice> all = new ArrayList<>(before.notices);
            all.addAll(notices);
            // no sooner than what waits for another try: a new event comes after it anyway
            Instant nextAt = before.nextAt.isAfter(due) ? before.nextAt : due;
            waiting.put(contract, new Waiting(all, nextAt, before.heldUntil));
        }
    }

    @Override
    public ContractOutbox outbox() {
        return outbox;
    }

    @Override
    public synchronized Optional<Contract> find(ContractId id) {
        return Optional.ofNullable(contracts.get(id));
    }

    @Override
    public synchronized List<Contract> list(ContractQuery query) {
        return contracts.values().stream()
                .filter(contract -> query.status() == null || contract.status() == query.status())
                .filter(contract -> query.organisationId() == null
                        || contract.terms().organisationId().equals(query.organisationId()))
                .sorted(Comparator.comparing(Contract::createdAt)
                        .thenComparing(contract -> contract.id().value())
                        .reversed())
                .skip((long) query.page() * query.size())
                .limit(query.size())
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
        int number = 0;
        do {
            page = payments.list(new PaymentQuery(null, null, number++, 200));
            page.items().stream()
                    .filter(payment -> id.value().equals(payment.order().contractId()))
                    .forEach(found::add);
        } while (page.items().size() == 200);
        return found;
    }

    private final class Outbox implements ContractOutbox {
        @Override
        public Optional<ContractClaim> claim(Instant now, Duration lease) {
            synchronized (InMemoryContractStore.this) {
                Optional<Map.Entry<ContractId, Waiting>> due = waiting.entrySet().stream()
                        .filter(entry -> !entry.getValue().notices.isEmpty())
                        .filter(entry -> !entry.getValue().nextAt.isAfter(now))
                        .filter(entry -> !entry.getValue().heldUntil.isAfter(now))
                        .min(Comparator.comparing(entry -> entry.getValue().nextAt));
                due.ifPresent(entry -> entry.setValue(
                        new Waiting(entry.getValue().notices, entry.getValue().nextAt, now.plus(lease))));
                return due.map(entry -> new ContractClaim(entry.getKey(), entry.getValue().notices, now.plus(lease)));
            }
        }

        /** What waits, while the claim is held. */
        private Optional<Waiting> held(ContractClaim claim) {
            return Optional.ofNullable(waiting.get(claim.contract())).filter(it -> it.heldUntil.equals(claim.until()));
        }

        private void remove(ContractId contract, ContractNotice notice) {
            waiting.computeIfPresent(contract, (id, before) -> {
                List<ContractNotice> left = before.notices.stream()
                        .filter(other -> !other.id().equals(notice.id()))
                        .toList();
                return new Waiting(left, before.nextAt, before.heldUntil);
            });
        }

        @Override
        public boolean delivered(ContractClaim claim, ContractNotice notice) {
            synchronized (InMemoryContractStore.this) {
                boolean held = held(claim).isPresent();
                if (held) {
                    remove(claim.contract(), notice);
                }
                return held;
            }
        }

        @Override
        public void postpone(ContractClaim claim, ContractNotice notice, String cause, Instant nextAt) {
            synchronized (InMemoryContractStore.this) {
                held(claim)
                        .filter(before -> find(before, notice).isPresent())
                        .ifPresent(before -> waiting.put(
                                claim.contract(),
                                new Waiting(failed(before.notices, notice, cause), nextAt, Instant.MIN)));
            }
        }

        private Optional<ContractNotice> find(Waiting among, ContractNotice notice) {
            return among.notices.stream()
                    .filter(other -> other.id().equals(notice.id()))
                    .findFirst();
        }

        private List<ContractNotice> failed(List<ContractNotice> notices, ContractNotice notice, String cause) {
            return notices.stream()
                    .map(other -> other.id().equals(notice.id()) ? other.failed(cause) : other)
                    .toList();
        }

        @Override
        public boolean bury(ContractClaim claim, ContractNotice notice, String cause) {
            synchronized (InMemoryContractStore.this) {
                Optional<Waiting> held = held(claim);
                held.flatMap(among -> find(among, notice)).ifPresent(found -> {
                    buried.add(found.failed(cause));
                    remove(claim.contract(), found);
                });
                return held.isPresent();
            }
        }

        @Override
        public List<ContractNotice> buried(int limit) {
            synchronized (InMemoryContractStore.this) {
                return buried.stream()
                        .sorted(Comparator.comparing(notice -> notice.event().at()))
                        .limit(limit)
                        .toList();
            }
        }

        @Override
        public boolean replay(ContractId contract, String noticeId, Instant now) {
            synchronized (InMemoryContractStore.this) {
                Optional<ContractNotice> found = buried.stream()
                        .filter(notice -> notice.event().contractId().equals(contract))
                        .filter(notice -> notice.id().equals(noticeId))
                        .findFirst();
                found.ifPresent(notice -> {
                    buried.remove(notice);
                    put(contract, List.of(new ContractNotice(noticeId, notice.event())), now);
                });
                return found.isPresent();
            }
        }

        @Override
        public void release(ContractClaim claim, Instant nextAt) {
            synchronized (InMemoryContractStore.this) {
                if (held(claim).isPresent()) {
                    waiting.computeIfPresent(
                            claim.contract(),
                            (id, before) ->
                                    before.notices.isEmpty() ? null : new Waiting(before.notices, nextAt, Instant.MIN));
                }
            }
        }

        @Override
        public long waiting() {
            synchronized (InMemoryContractStore.this) {
                return waiting.values().stream()
                        .filter(it -> !it.notices.isEmpty())
                        .count();
            }
        }
    }
}
