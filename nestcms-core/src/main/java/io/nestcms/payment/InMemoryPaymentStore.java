package io.nestcms.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PaymentStore} in memory: the reference for the contract and a store for tests. Everything is gone with the
 * process, so not for taking money.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryPaymentStore implements PaymentStore {
    private final Map<PaymentId, Row> rows = new HashMap<>();
    private final Map<IdempotencyKey, PaymentId> byKey = new HashMap<>();
    private final Map<CartId, PaymentId> byCart = new HashMap<>();
    private final Outbox outbox = new MemoryOutbox();

    /** An empty store. */
    public InMemoryPaymentStore() {}

    @Override
    public synchronized Insertion insert(Payment payment, List<OutboxEntry> events) {
        PaymentId underKey = byKey.get(payment.claim().key());
        if (underKey != null) {
            return new Insertion.KeyTaken(row(underKey).payment);
        }
        if (byCart.containsKey(payment.order().cartId())) {
            return new Insertion.CartTaken();
        }
        if (rows.containsKey(payment.id())) {
            throw new IllegalStateException("payment id " + payment.id() + " was made twice");
        }
        Row row = new Row(payment);
        row.append(events);
        rows.put(payment.id(), row);
        byKey.put(payment.claim().key(), payment.id());
        byCart.put(payment.order().cartId(), payment.id());
        return new Insertion.Inserted();
    }

    @Override
    public synchronized boolean replace(Payment payment, List<OutboxEntry> events) {
        Row row = rows.get(payment.id());
        if (row == null
                || row.payment.revision().version() != payment.revision().version() - 1) {
            return false;
        }
        row.payment = payment;
        row.append(events);
        return true;
    }

    @Override
    public synchronized Optional<Payment> find(PaymentId id) {
        return Optional.ofNullable(rows.get(id)).map(row -> row.payment);
    }

    @Override
    public synchronized Optional<Payment> findByCart(CartId cartId) {
        return Optional.ofNullable(byCart.get(cartId)).map(id -> row(id).payment);
    }

    @Override
    public synchronized PaymentPage list(PaymentQuery query) {
        Predicate<Payment> wanted = payment -> (query.status() == null || payment.status() == query.status())
                && (query.scope() == null || payment.claim().key().scope().equals(query.scope()));
        Comparator<Payment> newestFirst = Comparator.comparing(
                        (Payment payment) -> payment.revision().createdAt())
                .thenComparing(payment -> payment.id().value())
                .reversed();
        List<Payment> all = rows.values().stream()
                .map(row -> row.payment)
                .filter(wanted)
                .sorted(newestFirst)
                .toList();
        List<Payment> items = all.stream()
                .skip((long) query.page() * query.size())
                .limit(query.size())
                .toList();
        return new PaymentPage(items, query.page(), query.size(), all.size());
    }

    @Override
    public synchronized List<Payment> due(Instant now, int limit) {
        return rows.values().stream()
                .map(row -> row.payment)
                .filter(payment -> isDue(payment.watch().checkAt(), now))
                .sorted(Comparator.comparing(
                        payment -> Objects.requireNonNull(payment.watch().checkAt())))
                .limit(limit)
                .toList();
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    private Row row(PaymentId id) {
        return Objects.requireNonNull(rows.get(id));
    }

    private static boolean isDue(@Nullable Instant at, Instant now) {
        return at != null && !at.isAfter(now);
    }

    /** A payment with its waiting and buried events. */
    private static final class Row {
        private Payment payment;
        private final Deque<OutboxEntry> waiting = new ArrayDeque<>();
        private final List<OutboxEntry> buried = new ArrayList<>();
        private @Nullable Instant nextAt;
        private @Nullable String worker;
        private @Nullable Instant leaseUntil;

        Row(Payment payment) {
            this.payment = payment;
        }

        void append(List<OutboxEntry> events) {
            if (!events.isEmpty()) {
                waiting.addAll(events);
                dueAt(payment.revision().updatedAt());
            }
        }

        void dueAt(Instant at) {
            nextAt = nextAt == null || at.isBefore(nextAt) ? at : nextAt;
        }

        boolean isFree(Instant now) {
            return leaseUntil == null || !now.isBefore(leaseUntil);
        }

        void free() {
            worker = null;
            leaseUntil = null;
        }
    }

    private final class MemoryOutbox implements Outbox {
        @Override
        public Optional<OutboxBatch> claim(String worker, Instant now, Duration lease) {
            synchronized (InMemoryPaymentStore.this) {
                return rows.values().stream()
                        .filter(row -> isDue(row.nextAt, now) && row.isFree(now))
                        .min(Comparator.comparing(row -> Objects.requireNonNull(row.nextAt)))
                        .map(row -> {
                            row.worker = worker;
                            row.leaseUntil = now.plus(lease);
                            return new OutboxBatch(row.payment.id(), worker, List.copyOf(row.waiting));
                        });
            }
        }

        @Override
        public boolean delivered(OutboxBatch batch, OutboxEntry entry) {
            synchronized (InMemoryPaymentStore.this) {
                Row row = held(batch);
                if (row == null) {
                    return false;
                }
                row.waiting.removeIf(other -> other.id().equals(entry.id()));
                return true;
            }
        }

        @Override
        public void postpone(OutboxBatch batch, OutboxEntry entry, String cause, Instant nextAt) {
            synchronized (InMemoryPaymentStore.this) {
                Row row = held(batch);
                if (row == null) {
                    return;
                }
                List<OutboxEntry> counted = row.waiting.stream()
                        .map(other -> other.id().equals(entry.id()) ? failed(other, cause) : other)
                        .toList();
                row.waiting.clear();
                row.waiting.addAll(counted);
                row.nextAt = nextAt;
                row.free();
            }
        }

        @Override
        public void bury(OutboxBatch batch, OutboxEntry entry, String cause) {
            synchronized (InMemoryPaymentStore.this) {
                Row row = held(batch);
                if (row != null && row.waiting.removeIf(other -> other.id().equals(entry.id()))) {
                    row.buried.add(failed(entry, cause));
                }
            }
        }

        @Override
        public void release(OutboxBatch batch) {
            synchronized (InMemoryPaymentStore.this) {
                Row row = held(batch);
                if (row != null) {
                    row.free();
                    row.nextAt = row.waiting.isEmpty() ? null : row.nextAt;
                }
            }
        }

        @Override
        public List<OutboxEntry> buried(int limit) {
            synchronized (InMemoryPaymentStore.this) {
                return rows.values().stream()
                        .flatMap(row -> row.buried.stream())
                        .sorted(Comparator.comparing(entry -> entry.event().at()))
                        .limit(limit)
                        .toList();
            }
        }

        @Override
        public boolean replay(PaymentId paymentId, String entryId, Instant now) {
            synchronized (InMemoryPaymentStore.this) {
                Row row = rows.get(paymentId);
                if (row == null) {
                    return false;
                }
                Optional<OutboxEntry> found = row.buried.stream()
                        .filter(entry -> entry.id().equals(entryId))
                        .findFirst();
                found.ifPresent(entry -> {
                    row.buried.remove(entry);
                    row.waiting.add(new OutboxEntry(entry.id(), entry.sequence(), entry.event(), 0, null));
                    row.dueAt(now);
                });
                return found.isPresent();
            }
        }

        @Override
        public OutboxBacklog backlog() {
            synchronized (InMemoryPaymentStore.this) {
                long buried = rows.values().stream()
                        .mapToLong(row -> row.buried.size())
                        .sum();
                List<Instant> waiting = rows.values().stream()
                        .filter(row -> !row.waiting.isEmpty())
                        .map(row -> row.nextAt)
                        .filter(Objects::nonNull)
                        .sorted()
                        .toList();
                return new OutboxBacklog(waiting.size(), buried, waiting.isEmpty() ? null : waiting.get(0));
            }
        }

        private @Nullable Row held(OutboxBatch batch) {
            Row row = rows.get(batch.paymentId());
            return row != null && batch.worker().equals(row.worker) ? row : null;
        }

        private static OutboxEntry failed(OutboxEntry entry, String cause) {
            return new OutboxEntry(entry.id(), entry.sequence(), entry.event(), entry.attempts() + 1, cause);
        }
    }
}
