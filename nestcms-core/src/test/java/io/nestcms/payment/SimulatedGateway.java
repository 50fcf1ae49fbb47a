package io.nestcms.payment;

import io.nestcms.money.Money;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A gateway on a virtual clock that behaves as PayTabs does on a bad day: requests and replies get lost or come late, new
 * transactions show in queries only after a while, a repeated request within two minutes is refused and later charges again.
 */
final class SimulatedGateway implements PaymentGateway {
    private static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(2);
    private static final Duration PAGE_LIFE = Duration.ofMinutes(20);

    /** One transaction in the gateway's own books. */
    static final class Entry {
        final TransactionRef ref;
        final PaymentOrder order;
        final TransactionKind kind;
        final Money amount;
        final @Nullable TransactionRef previous;
        final Instant since;
        final Instant visibleFrom;
        TransactionState state = TransactionState.OPEN;

        @Nullable Instant decidedAt;

        Entry(TransactionRef ref, PaymentOrder order, Instant since, Instant visibleFrom) {
            this(ref, order, TransactionKind.SALE, order.amount(), null, since, visibleFrom);
        }

        Entry(
                TransactionRef ref,
                PaymentOrder order,
                TransactionKind kind,
                Money amount,
                @Nullable TransactionRef previous,
                Instant since,
                Instant visibleFrom) {
            this.ref = ref;
            this.order = order;
            this.kind = kind;
            this.amount = amount;
            this.previous = previous;
            this.since = since;
            this.visibleFrom = visibleFrom;
        }
    }

    /** Something that will happen by itself. */
    record Later(Instant at, Runnable what) {}

    final Map<TransactionRef, Entry> books = new LinkedHashMap<>();
    final List<Later> agenda = new ArrayList<>();
    private final MovingClock clock;
    private final Random random;
    private final Faults faults;
    private final Runnable meanwhile;
    private final boolean direct;
    private int numbers;

    SimulatedGateway(MovingClock clock, Random random, Faults faults, boolean direct, Runnable meanwhile) {
        this.clock = clock;
        this.random = random;
        this.faults = faults;
        this.direct = direct;
        this.meanwhile = meanwhile;
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public Optional<Duration> unavailableFor() {
        return faults.happen(5) ? Optional.of(Duration.ofSeconds(5)) : Optional.empty();
    }

    @Override
    public GatewayOutcome<Initiation> initiate(Payment payment) {
        faults.maybeCrash();
        if (faults.happen(10)) {
            return new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null);
        }
        if (faults.happen(10)) {
            return new GatewayOutcome.Indeterminate<>("the request was lost");
        }
        if (faults.happen(10)) {
            agenda.add(new Later(clock.instant().plusSeconds(random.nextInt(50)), () -> take(payment)));
            return new GatewayOutcome.Indeterminate<>("the request was slow");
        }
        Optional<Entry> taken = take(payment);
        meanwhile.run();
        faults.maybeCrash();
        if (taken.isEmpty() || faults.happen(15)) {
            return new GatewayOutcome.Indeterminate<>("duplicate request, or the reply was lost");
        }
        Entry entry = taken.get();
        return new GatewayOutcome.Accepted<>(
                entry.state == TransactionState.OPEN
                        ? new Initiation.HostedPage(entry.ref, URI.create("https://gateway.test/" + entry.ref))
                        : new Initiation.Completed(seen(entry)));
    }

    private Optional<Entry> take(Payment payment) {
        Instant now = clock.instant();
        boolean duplicate = books.values().stream()
                .anyMatch(it -> it.order.cartId().equals(payment.order().cartId())
                        && it.kind == TransactionKind.SALE
                        && it.since.plus(DUPLICATE_WINDOW).isAfter(now));
        if (duplicate) {
            return Optional.empty();
        }
        Entry entry = new Entry(
                new TransactionRef("TST" + ++numbers),
                payment.order(),
                now,
                now.plusSeconds(faults.happen(50) ? random.nextInt(60) : 0));
        books.put(entry.ref, entry);
        if (direct) {
            decide(entry, random.nextInt(100) < 80 ? TransactionState.APPROVED : TransactionState.DECLINED);
        } else {
            agenda.add(new Later(now.plus(PAGE_LIFE), () -> {
                if (entry.state == TransactionState.OPEN && random.nextBoolean()) {
                    decide(entry, TransactionState.EXPIRED);
                }
            }));
        }
        return Optional.of(entry);
    }

    @Override
    public GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
        faults.maybeCrash();
        if (faults.happen(10)) {
            return new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null);
        }
        if (faults.happen(10)) {
            return new GatewayOutcome.Indeterminate<>("the request was lost");
        }
        if (faults.happen(10)) {
            agenda.add(new Later(clock.instant().plusSeconds(random.nextInt(50)), () -> giveBack(payment, followUp)));
            return new GatewayOutcome.Indeterminate<>("the request was slow");
        }
        Optional<Entry> given = giveBack(payment, followUp);
        meanwhile.run();
        faults.maybeCrash();
        return given.isEmpty() || faults.happen(20)
                ? new GatewayOutcome.Indeterminate<>("duplicate request, or the reply was lost")
                : new GatewayOutcome.Accepted<>(seen(given.get()));
    }

    private Optional<Entry> giveBack(Payment payment, FollowUp followUp) {
        Instant now = clock.instant();
        boolean duplicate = books.values().stream()
                .anyMatch(it -> it.order.cartId().equals(payment.order().cartId())
                        && it.kind == followUp.kind()
                        && it.amount.equals(followUp.amount())
                        && it.since.plus(DUPLICATE_WINDOW).isAfter(now));
        if (duplicate) {
            return Optional.empty();
        }
        Entry entry = new Entry(
                new TransactionRef("TST" + ++numbers),
                payment.order(),
                followUp.kind(),
                followUp.amount(),
                followUp.of(),
                now,
                now.plusSeconds(faults.happen(50) ? random.nextInt(60) : 0));
        books.put(entry.ref, entry);
        int lot = random.nextInt(100);
        entry.decidedAt = now;
        if (lot < 80) {
            entry.state = TransactionState.APPROVED;
        } else if (lot < 90) {
            entry.state = TransactionState.DECLINED;
        } else {
            entry.state = TransactionState.PENDING;
            agenda.add(new Later(now.plusSeconds(random.nextInt(7200)), () -> {
                entry.state = random.nextBoolean() ? TransactionState.APPROVED : TransactionState.DECLINED;
                entry.decidedAt = clock.instant();
            }));
        }
        return Optional.of(entry);
    }

    /** The payer acts on a page that was handed out. */
    boolean act(TransactionRef ref, TransactionState state) {
        Entry entry = books.get(ref);
        boolean alive = entry != null
                && entry.state == TransactionState.OPEN
                && entry.since.plus(PAGE_LIFE).isAfter(clock.instant());
        if (alive) {
            decide(entry, state);
        }
        return alive;
    }

    private void decide(Entry entry, TransactionState state) {
        entry.state = state;
        entry.decidedAt = clock.instant();
        if (state == TransactionState.PENDING) {
            agenda.add(new Later(
                    clock.instant().plusSeconds(random.nextInt(7200)),
                    () -> decide(entry, random.nextBoolean() ? TransactionState.APPROVED : TransactionState.EXPIRED)));
        } else if (state == TransactionState.DECLINED && random.nextInt(100) < 20) {
            // codes 300 and 345: the money was taken after all
            agenda.add(new Later(
                    clock.instant().plusSeconds(random.nextInt(5400)), () -> decide(entry, TransactionState.APPROVED)));
        }
    }

    /** Lets happen what is due. */
    void tick() {
        List<Later> due =
                agenda.stream().filter(it -> !it.at().isAfter(clock.instant())).toList();
        agenda.removeAll(due);
        due.forEach(it -> it.what().run());
    }

    @Override
    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        return query(() -> books.values().stream()
                .filter(it -> it.order.cartId().equals(cartId))
                .filter(it -> !it.visibleFrom.isAfter(clock.instant()))
                .map(this::seen)
                .toList());
    }

    @Override
    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        Entry entry = books.get(ref);
        return entry == null
                ? new GatewayOutcome.Rejected<>(new Rejection("2", "unknown", null))
                : query(() -> seen(entry));
    }

    private <T> GatewayOutcome<T> query(java.util.function.Supplier<T> answer) {
        faults.maybeCrash();
        if (faults.happen(10)) {
            return new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null);
        }
        T value = answer.get();
        meanwhile.run();
        return faults.happen(10)
                ? new GatewayOutcome.Indeterminate<>("the reply was lost")
                : new GatewayOutcome.Accepted<>(value);
    }

    private GatewayTransaction seen(Entry entry) {
        boolean open = entry.state == TransactionState.OPEN;
        return new GatewayTransaction(
                entry.ref,
                entry.previous,
                entry.kind,
                entry.state,
                entry.order.cartId(),
                entry.amount,
                open ? null : entry.amount,
                open ? null : "1",
                open ? null : entry.state.name(),
                entry.decidedAt);
    }
}
