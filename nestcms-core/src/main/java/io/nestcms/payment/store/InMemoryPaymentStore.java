package io.nestcms.payment.store;

import io.nestcms.payment.CartId;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
    private final Map<TransactionRef, PaymentId> byReference = new HashMap<>();
    private final Map<String, Set<TransactionKind>> shown = new HashMap<>();
    private final MemoryOutbox outbox = new MemoryOutbox(this);

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
        rows.put(payment.id(), new Row(payment));
        append(payment, events);
        byKey.put(payment.claim().key(), payment.id());
        index(payment);
        return new Insertion.Inserted();
    }

    @Override
    public synchronized boolean replace(Payment payment, List<OutboxEntry> events) {
        Row row = rows.get(payment.id());
        if (row == null
                || row.payment.revision().version() != payment.revision().version() - 1) {
            return false;
        }
        row.become(payment);
        append(payment, events);
        index(payment);
        return true;
    }

    private void append(Payment payment, List<OutboxEntry> events) {
        outbox.append(payment.id(), events, payment.revision().updatedAt());
    }

    private void index(Payment payment) {
        payment.carts().forEach(cart -> byCart.put(cart, payment.id()));
        payment.refs().forEach(ref -> byReference.putIfAbsent(ref, payment.id()));
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
    public synchronized Optional<Payment> findByReference(TransactionRef ref) {
        return Optional.ofNullable(byReference.get(ref)).map(id -> row(id).payment);
    }

    @Override
    public synchronized PaymentPage list(PaymentQuery query) {
        Comparator<PaymentCursor> newestFirst = Comparator.comparing(PaymentCursor::createdAt)
                .thenComparing(place -> place.id().value())
                .reversed();
        PaymentCursor after = query.after();
        List<Payment> found = wanted(query)
                .filter(payment -> after == null || newestFirst.compare(PaymentCursor.of(payment), after) > 0)
                .sorted(Comparator.comparing(PaymentCursor::of, newestFirst))
                .limit(query.limit() + 1L)
                .toList();
        if (found.size() <= query.limit()) {
            return new PaymentPage(found, null);
        }
        List<Payment> items = found.subList(0, query.limit());
        return new PaymentPage(items, PaymentCursor.of(items.get(items.size() - 1)));
    }

    @Override
    public synchronized long count(PaymentQuery query, int most) {
        return wanted(query).limit(most).count();
    }

    private Stream<Payment> wanted(PaymentQuery query) {
        return rows.values().stream()
                .map(row -> row.payment)
                .filter(payment -> (query.status() == null || payment.status() == query.status())
                        && (query.scope() == null
                                || payment.claim().key().scope().equals(query.scope())));
    }

    @Override
    public synchronized List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
        List<DuePayment> claimed = new ArrayList<>();
        for (Row row : due(now).filter(it -> it.payment.watch().slow() == slow)
                .filter(it -> it.heldUntil == null || !now.isBefore(it.heldUntil))
                .limit(limit)
                .toList()) {
            row.heldUntil = now.plus(lease);
            claimed.add(new DuePayment.Found(row.payment));
        }
        return claimed;
    }

    private Stream<Row> due(Instant now) {
        return rows.values().stream()
                .filter(row -> isDue(row.payment.watch().checkAt(), now))
                .sorted(Comparator.comparing(
                        row -> Objects.requireNonNull(row.payment.watch().checkAt())));
    }

    @Override
    public synchronized void putOff(PaymentId id, Instant until) {
        Row row = rows.get(id);
        if (row != null) {
            row.heldUntil = until;
        }
    }

    @Override
    public synchronized DueBacklog backlog(Instant now, int limit) {
        List<Row> due = due(now).limit(limit).toList();
        return new DueBacklog(
                due.size(), due.isEmpty() ? null : due.get(0).payment.watch().checkAt());
    }

    /** {@inheritDoc} What is in memory can be read. */
    @Override
    public List<UnreadableRecord> unreadable(int limit) {
        return List.of();
    }

    @Override
    public synchronized List<Payment> undecided(int limit) {
        return rows.values().stream()
                .filter(row -> row.undecidedSince != null)
                .sorted(Comparator.comparing(row -> Objects.requireNonNull(row.undecidedSince)))
                .map(row -> row.payment)
                .limit(limit)
                .toList();
    }

    @Override
    public GatewayEvidence evidence() {
        return new GatewayEvidence() {
            @Override
            public boolean isShown(String profile, TransactionKind kind) {
                synchronized (InMemoryPaymentStore.this) {
                    return shown.getOrDefault(profile, Set.of()).contains(kind);
                }
            }

            @Override
            public void shown(String profile, TransactionKind kind) {
                synchronized (InMemoryPaymentStore.this) {
                    shown.computeIfAbsent(profile, any -> EnumSet.noneOf(TransactionKind.class))
                            .add(kind);
                }
            }
        };
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

    /** A payment and until when the reconciler holds it. */
    private static final class Row {
        private Payment payment;
        private @Nullable Instant heldUntil;

        private @Nullable Instant undecidedSince;

        Row(Payment payment) {
            this.payment = payment;
            become(payment);
        }

        void become(Payment next) {
            payment = next;
            heldUntil = null;
            Instant since = undecidedSince == null ? next.revision().updatedAt() : undecidedSince;
            undecidedSince = next.isUndecided() ? since : null;
        }
    }
}
