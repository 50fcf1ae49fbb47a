package io.nestcms.payment;

import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.money.Money;
import io.nestcms.payment.contract.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Clients, service, store, gateway, payers, relay and reconciler in one thread on a virtual clock. Everything that happens is
 * drawn from one seed, so a run can be repeated exactly. The process dies at random points and starts again on the same store.
 */
final class Simulation {
    private static final int STEPS = 60;
    private static final int ROUNDS = 2_000;
    private static final Duration BOUND = Duration.ofDays(4);

    private final Random random;
    private final Faults faults;
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final InMemoryPaymentStore records = new InMemoryPaymentStore();
    private final SimulatedGateway gateway;
    private final @Nullable Bug bug;
    private final List<PaymentOrder> orders = new ArrayList<>();
    private final Map<PaymentOrder, PaymentId> created = new HashMap<>();
    private final Set<TransactionRef> handedOut = new HashSet<>();
    private final List<GatewayNotification> mail = new ArrayList<>();
    private final Set<String> heard = new HashSet<>();
    private final Set<String> recorded = new HashSet<>();
    private final Set<String> recordedTwice = new TreeSet<>();
    private Payments payments;
    private Reconciler reconciler;
    private OutboxRelay relay;
    private int depth;

    private Simulation(long seed, @Nullable Bug bug) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.faults = new Faults(random);
        this.bug = bug;
        this.gateway = new SimulatedGateway(clock, random, faults, random.nextInt(3) == 0, this::meanwhile);
        int carts = 1 + random.nextInt(2);
        for (int i = 0; i < carts; i++) {
            PaymentOrder sample = Samples.payment("c" + i).order();
            orders.add(PaymentOrder.sale(
                    sample.cartId(),
                    Money.ofMinorUnits(
                            1 + random.nextInt(1_000_000), sample.amount().currency()),
                    sample.description(),
                    sample.customer()));
        }
        start();
    }

    /** Runs one seed; gives what went wrong, or empty. */
    static Optional<String> run(long seed, @Nullable Bug bug) {
        Simulation simulation = new Simulation(seed, bug);
        try {
            for (int step = 0; step < STEPS; step++) {
                simulation.guarded(simulation::step);
            }
            simulation.faults.heal();
            simulation.settleDown();
            return simulation.violation();
        } catch (RuntimeException broken) {
            return Optional.of("broke: " + broken);
        }
    }

    private void start() {
        PaymentStore store = new CrashingStore(new CountingStore(), faults);
        PaymentGateway reached = gateway;
        if (bug != null) {
            store = bug.in(store, faults, entry -> heard.add(entry.id()));
            reached = bug.in(gateway);
        }
        payments = Payments.builder(reached, store)
                .clock(clock)
                .timings(Bug.timingsOf(bug))
                .ids(() -> new PaymentId("p" + Long.toHexString(random.nextLong())))
                .build();
        reconciler = payments.reconciler();
        EventBus bus = EventBus.builder().build();
        bus.subscribe(PaymentEvent.class, event -> {
            if (faults.happen(3)) {
                throw new IllegalStateException("a listener failed");
            }
        });
        bus.subscribeEnvelopes(
                PaymentEvent.class,
                envelope -> heard.add(envelope.id()),
                SubscriptionSettings.<PaymentEvent>sync().build());
        relay = OutboxRelay.builder(store.outbox(), bus)
                .clock(clock)
                .attempts(1_000)
                .build();
    }

    /** Sees what is really written. */
    private final class CountingStore extends ForwardingStore {
        CountingStore() {
            super(records);
        }

        @Override
        public Insertion insert(Payment payment, List<OutboxEntry> events) {
            Insertion insertion = super.insert(payment, events);
            if (insertion instanceof Insertion.Inserted) {
                count(events);
            }
            return insertion;
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            boolean replaced = super.replace(payment, events);
            if (replaced) {
                count(events);
            }
            return replaced;
        }

        private void count(List<OutboxEntry> events) {
            events.stream().map(OutboxEntry::id).filter(id -> !recorded.add(id)).forEach(recordedTwice::add);
        }
    }

    private void guarded(Runnable what) {
        try {
            what.run();
        } catch (Crash crash) {
            depth = 0;
            start();
        } catch (CrashingStore.StoreDown down) {
            // the caller got an error; it may try again
            depth = 0;
        }
    }

    /** Other threads and nodes go on while the gateway is being asked. */
    private void meanwhile() {
        if (depth == 0 && faults.happen(15)) {
            depth++;
            step();
            depth--;
        }
    }

    private void step() {
        gateway.tick();
        PaymentOrder order = orders.get(random.nextInt(orders.size()));
        switch (random.nextInt(9)) {
            case 0 -> create(order);
            case 1, 2 -> process(order);
            case 3 -> pay();
            case 4 -> deliver();
            case 5 -> reconciler.runOnce(10);
            case 6 -> relay.runOnce();
            case 7 -> refund(order);
            default -> clock.advance(Duration.ofMillis(random.nextInt(90_000)));
        }
    }

    private void create(PaymentOrder order) {
        IdempotencyKey key = new IdempotencyKey("shop", "key-" + order.cartId());
        if (payments.create(key, order) instanceof CreateResult.Created result) {
            created.put(order, result.payment().id());
        }
    }

    private void process(PaymentOrder order) {
        PaymentId id = created.get(order);
        if (id != null && payments.process(id) instanceof ProcessResult.Ready ready) {
            handedOut.add(Objects.requireNonNull(ready.payment().gateway().ref()));
        }
    }

    private void refund(PaymentOrder order) {
        PaymentId id = created.get(order);
        if (id != null) {
            int number = random.nextInt(3);
            Money part = Money.ofMinorUnits(
                    Math.max(1, order.amount().minorUnits() / (number + 1)),
                    order.amount().currency());
            payments.refund(id, new IdempotencyKey("shop", "refund-" + number), part);
        }
    }

    private void pay() {
        List<TransactionRef> pages = handedOut.stream()
                .sorted((a, b) -> a.value().compareTo(b.value()))
                .toList();
        if (pages.isEmpty()) {
            return;
        }
        TransactionRef ref = pages.get(random.nextInt(pages.size()));
        TransactionState[] ends = {
            TransactionState.APPROVED,
            TransactionState.APPROVED,
            TransactionState.APPROVED,
            TransactionState.DECLINED,
            TransactionState.CANCELLED,
            TransactionState.PENDING
        };
        if (gateway.act(ref, ends[random.nextInt(ends.length)])) {
            PaymentOrder order = Objects.requireNonNull(gateway.books.get(ref)).order;
            for (int copies = random.nextInt(4); copies > 0; copies--) {
                mail.add(new GatewayNotification(order.cartId(), ref, TransactionKind.SALE, order.amount()));
            }
        }
    }

    private void deliver() {
        if (!mail.isEmpty()) {
            GatewayNotification next = mail.remove(random.nextInt(mail.size()));
            if (payments.apply(next) instanceof ApplyResult.Deferred) {
                mail.add(next);
            }
        }
    }

    /** Nothing goes wrong any more, no client and no payer acts: the background work alone must bring everything to an end. */
    private void settleDown() {
        mail.clear();
        Instant end = clock.instant().plus(BOUND);
        for (int round = 0; round < ROUNDS && clock.instant().isBefore(end); round++) {
            gateway.tick();
            reconciler.runOnce(100);
            relay.runOnce();
            Optional<Instant> next = Stream.of(
                            payments().map(it -> it.watch().checkAt()).filter(Objects::nonNull),
                            gateway.agenda.stream().map(SimulatedGateway.Later::at),
                            Stream.ofNullable(records.outbox().backlog().oldest()))
                    .flatMap(moments -> moments)
                    .min(Instant::compareTo);
            if (next.isEmpty()) {
                return;
            }
            Duration wait = Duration.between(clock.instant(), next.get());
            clock.advance(wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait);
        }
    }

    private Stream<Payment> payments() {
        return orders.stream().flatMap(order -> records.findByCart(order.cartId()).stream());
    }

    // ---- what must hold

    private Optional<String> violation() {
        for (PaymentOrder order : orders) {
            List<SimulatedGateway.Entry> charges = gateway.books.values().stream()
                    .filter(it -> it.order.cartId().equals(order.cartId()))
                    .filter(it -> it.state == TransactionState.APPROVED && it.kind == TransactionKind.SALE)
                    .toList();
            if (charges.size() > 1) {
                return Optional.of(order.cartId() + " was charged " + charges.size() + " times");
            }
            Optional<Payment> payment = records.findByCart(order.cartId());
            if (payment.isEmpty()) {
                continue;
            }
            Optional<String> wrong = Stream.of(
                            money(payment.get(), charges),
                            refunds(payment.get()),
                            finality(payment.get()),
                            moves(payment.get()),
                            events(payment.get()))
                    .flatMap(Optional::stream)
                    .findFirst();
            if (wrong.isPresent()) {
                return wrong.map(it ->
                        payment.get() + " " + it + "; history " + payment.get().history());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> money(Payment payment, List<SimulatedGateway.Entry> charges) {
        Set<String> taken = new TreeSet<>();
        charges.forEach(it -> taken.add(it.ref + " " + it.order.amount()));
        Set<String> recorded = new TreeSet<>();
        payment.moves().stream()
                .filter(it -> it.kind() == TransactionKind.SALE)
                .forEach(it -> recorded.add(it.ref() + " " + it.amount()));
        if (!taken.equals(recorded)) {
            return Optional.of("gateway took " + taken + ", our record says " + recorded);
        }
        boolean paid = payment.status() == PaymentStatus.SUCCEEDED
                || payment.status() == PaymentStatus.PARTIALLY_REFUNDED
                || payment.status() == PaymentStatus.REFUNDED;
        return paid == taken.isEmpty() ? Optional.of("status and money disagree") : Optional.empty();
    }

    /** Each refund that was asked for was given once or not at all, and our record says which. */
    private Optional<String> refunds(Payment payment) {
        Set<String> given = new TreeSet<>();
        Money total = Money.zero(payment.order().amount().currency());
        for (SimulatedGateway.Entry entry : gateway.books.values()) {
            if (entry.kind == TransactionKind.REFUND
                    && entry.state == TransactionState.APPROVED
                    && entry.order.cartId().equals(payment.order().cartId())) {
                given.add(entry.ref + " " + entry.amount);
                total = total.plus(entry.amount);
            }
        }
        Set<String> recorded = new TreeSet<>();
        payment.followUps().stream()
                .filter(it -> it.state() == FollowUpState.DONE)
                .forEach(it -> recorded.add(it.ref() + " " + it.amount()));
        if (!given.equals(recorded) || !total.equals(payment.refunded())) {
            return Optional.of("gateway gave back " + given + ", our record says " + recorded);
        }
        if (total.compareTo(payment.taken()) > 0) {
            return Optional.of("gave back " + total + " of " + payment.taken());
        }
        boolean open = payment.followUps().stream().anyMatch(it -> it.state().isOpen());
        return open ? Optional.of("has a refund that never came to an end") : Optional.empty();
    }

    private static Optional<String> finality(Payment payment) {
        boolean resumable =
                payment.status() == PaymentStatus.CREATED && payment.gateway().attempt() == null;
        return payment.status().isSettled() || resumable ? Optional.empty() : Optional.of("never came to an end");
    }

    private static Optional<String> moves(Payment payment) {
        List<HistoryEntry> history = payment.history();
        for (int i = 1; i < history.size(); i++) {
            PaymentStatus from = history.get(i - 1).status();
            PaymentStatus to = history.get(i).status();
            boolean legal = Stream.of(PaymentLifecycle.Signal.values())
                    .anyMatch(signal -> PaymentLifecycle.next(from, signal).equals(Optional.of(to)));
            if (!legal) {
                return Optional.of("went from " + from + " to " + to);
            }
        }
        long told = history.size() - 1L;
        long changes = payment.revision().events();
        return changes < told ? Optional.of("has fewer events than changes") : Optional.empty();
    }

    /** Every event that the record counts was recorded once and heard. */
    private Optional<String> events(Payment payment) {
        List<Long> missing = LongStream.rangeClosed(1, payment.revision().events())
                .filter(number -> !heard.contains(payment.id() + "/" + number))
                .boxed()
                .toList();
        long known =
                heard.stream().filter(id -> id.startsWith(payment.id() + "/")).count();
        if (!recordedTwice.isEmpty()) {
            return Optional.of("events " + recordedTwice + " were recorded twice");
        }
        if (!missing.isEmpty()) {
            return Optional.of("events " + missing + " were never delivered");
        }
        return known > payment.revision().events() ? Optional.of("has events beyond its count") : Optional.empty();
    }
}
