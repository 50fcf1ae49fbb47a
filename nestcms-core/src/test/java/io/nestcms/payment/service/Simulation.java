package io.nestcms.payment.service;

import io.nestcms.event.EventBus;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Clients, nodes with service, relay and reconciler, store, gateway, payers, a merchant's clerk and somebody at the gateway's own
 * dashboard, in one thread on a virtual clock. Everything that happens is drawn from one seed, so a run can be repeated exactly.
 * Processes die at random points and start again on the same store.
 */
final class Simulation {
    private static final int STEPS = 45;
    private static final int ROUNDS = 2_000;
    private static final Duration BOUND = Duration.ofDays(9);

    private final Random random;
    private final Faults faults;
    private final MovingClock clock = new MovingClock(Samples.NOON);
    private final InMemoryPaymentStore records = new InMemoryPaymentStore();
    private final SimulatedGateway gateway;
    private final @Nullable Bug bug;
    private final boolean givesBack;
    private final List<PaymentOrder> orders = new ArrayList<>();
    private final Map<PaymentOrder, PaymentId> created = new HashMap<>();
    private final Set<TransactionRef> handedOut = new LinkedHashSet<>();
    private final Chronicle chronicle;
    private final Clerk clerk;
    private final List<Node> nodes = new ArrayList<>();
    private int depth;

    private Simulation(long seed, @Nullable Bug bug) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.faults = new Faults(random);
        this.bug = bug;
        this.gateway = new SimulatedGateway(clock, random, faults, this::meanwhile);
        this.givesBack = random.nextInt(3) == 0;
        this.chronicle = new Chronicle(gateway);
        this.clerk = new Clerk(gateway, random);
        int carts = 1 + random.nextInt(2);
        for (int i = 0; i < carts; i++) {
            PaymentOrder sample = Samples.payment("c" + i).order();
            orders.add(new PaymentOrder(
                    sample.cartId(),
                    Money.ofMinorUnits(
                            10 + random.nextInt(1_000_000), sample.amount().currency()),
                    sample.description(),
                    sample.customer(),
                    null,
                    random.nextInt(3) == 0 ? ChargeMode.AUTHORIZE : ChargeMode.SALE,
                    // where the gateway decides at once, it is asked to charge a saved card
                    gateway.world.direct()
                            ? PaymentMethod.recurring(new CardToken("token-" + i))
                            : PaymentMethod.hostedPage(),
                    PaymentOptions.NONE));
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            nodes.add(new Node());
        }
    }

    /** Runs one seed; gives what went wrong, or empty. */
    static Optional<String> run(long seed, @Nullable Bug bug) {
        Simulation simulation = new Simulation(seed, bug);
        try {
            for (int step = 0; step < STEPS; step++) {
                simulation.guarded(simulation.anyNode(), simulation::step);
            }
            simulation.faults.heal();
            simulation.settleDown();
            Optional<String> wrong = simulation.violation();
            if (wrong.isPresent()) {
                return wrong;
            }
            simulation.giveAllBack();
            simulation.settleDown();
            return simulation.violation().or(simulation::keptMoney).map(it -> "with all given back: " + it);
        } catch (RuntimeException broken) {
            return Optional.of("broke: " + broken + " at " + broken.getStackTrace()[0]);
        }
    }

    /** One process: it dies as a whole, and another takes its place. */
    private final class Node {
        private Faults.Life life = new Faults.Life();
        private Payments payments;
        private Reconciler reconciler;
        private OutboxRelay relay;

        Node() {
            start();
        }

        void start() {
            life = new Faults.Life();
            PaymentStore store = new CrashingStore(new CountingStore(), faults, life);
            PaymentGateway reached = gateway;
            if (bug != null) {
                store = bug.in(store, faults, chronicle::heard);
                reached = bug.in(gateway);
            }
            payments = Payments.builder(reached, store)
                    .clock(clock)
                    .timings(Bug.timingsOf(bug))
                    .giveBackSecondCharges(givesBack)
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
                    envelope -> chronicle.heard(envelope.id()),
                    SubscriptionSettings.<PaymentEvent>sync().build());
            relay = OutboxRelay.builder(store.outbox(), bus)
                    .clock(clock)
                    .attempts(1_000)
                    // all in one thread
                    .executor(Runnable::run)
                    .build();
        }
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
                chronicle.written(payment, events);
            }
            return insertion;
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            boolean replaced = super.replace(payment, events);
            if (replaced) {
                chronicle.written(payment, events);
            }
            return replaced;
        }
    }

    private interface Step {
        void by(Node node);
    }

    private Node anyNode() {
        return nodes.size() == 1 ? nodes.get(0) : nodes.get(random.nextInt(nodes.size()));
    }

    private void guarded(Node node, Step what) {
        Faults.Life before = faults.life();
        faults.actsNow(node.life);
        try {
            what.by(node);
            // whoever caught the end of its own process has not undone it
            node.life.check();
        } catch (Crash crash) {
            node.start();
        } catch (CrashingStore.StoreDown down) {
            // the caller got an error; it may try again
        } finally {
            faults.actsNow(before);
        }
    }

    /** Other threads and nodes go on while the gateway is being asked. */
    private void meanwhile() {
        if (depth == 0 && faults.happen(15)) {
            depth++;
            guarded(anyNode(), this::step);
            depth--;
        }
    }

    private void step(Node node) {
        gateway.tick();
        PaymentOrder order = orders.get(random.nextInt(orders.size()));
        switch (random.nextInt(18)) {
            case 0 -> create(node, order);
            case 1, 2 -> process(node, order);
            case 3 -> retry(node, order);
            case 4, 5 -> pay();
            case 6, 7 -> deliver(node);
            case 8, 9 -> node.reconciler.runOnce(10);
            case 10 -> node.relay.runOnce();
            case 11, 12 -> followUp(node, order);
            case 13 -> gateway.dashboard();
            case 14 -> clerk.decide(node.payments);
            default -> advance(Duration.ofMillis(random.nextInt(random.nextInt(12) == 0 ? 5_000_000 : 100_000)));
        }
    }

    /** Time passes, and what happens in it happens at its own moment. */
    private void advance(Duration time) {
        Instant end = clock.instant().plus(time);
        while (true) {
            Optional<Instant> next = gateway.agenda.stream()
                    .map(SimulatedGateway.Later::at)
                    .filter(it -> it.isBefore(end))
                    .min(Instant::compareTo);
            if (next.isEmpty()) {
                break;
            }
            clock.advance(atLeastNone(Duration.between(clock.instant(), next.get())));
            gateway.tick();
        }
        clock.advance(atLeastNone(Duration.between(clock.instant(), end)));
    }

    private static Duration atLeastNone(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private void create(Node node, PaymentOrder order) {
        IdempotencyKey key = key("key-" + order.cartId());
        if (node.payments.create(key, order) instanceof CreateResult.Created result) {
            created.put(order, result.payment().id());
        }
    }

    private static IdempotencyKey key(String value) {
        return new IdempotencyKey("shop", value);
    }

    private void process(Node node, PaymentOrder order) {
        PaymentId id = created.get(order);
        if (id != null) {
            hand(node.payments.process(id));
        }
    }

    private void retry(Node node, PaymentOrder order) {
        PaymentId id = created.get(order);
        if (id != null) {
            hand(node.payments.retry(id, key("again-" + random.nextInt(4))));
        }
    }

    private void hand(ProcessResult result) {
        if (result instanceof ProcessResult.Ready ready) {
            handedOut.add(Objects.requireNonNull(ready.payment().ref()));
        }
    }

    private void followUp(Node node, PaymentOrder order) {
        PaymentId id = created.get(order);
        if (id == null) {
            return;
        }
        int number = random.nextInt(4);
        Money part = number == 3 ? null : SimulatedGateway.share(order.amount(), 100 / (number + 1));
        switch (random.nextInt(order.mode() == ChargeMode.SALE ? 1 : 4)) {
            case 1, 2 -> node.payments.capture(id, key("capture-" + number), part);
            case 3 -> node.payments.voidHold(id, key("void-" + random.nextInt(2)));
            default -> Bug.refund(bug, node.payments, id, key("refund-" + number), part);
        }
    }

    private void pay() {
        if (handedOut.isEmpty()) {
            return;
        }
        List<TransactionRef> pages = List.copyOf(handedOut);
        TransactionRef ref = pages.get(random.nextInt(pages.size()));
        if (random.nextInt(12) == 0) {
            gateway.actAgain(ref);
            return;
        }
        TransactionState[] ends = {
            TransactionState.APPROVED,
            TransactionState.APPROVED,
            TransactionState.APPROVED,
            TransactionState.DECLINED,
            TransactionState.CANCELLED,
            TransactionState.PENDING,
            TransactionState.UNANSWERED,
            TransactionState.ON_HOLD
        };
        gateway.act(ref, ends[random.nextInt(ends.length)]);
    }

    private void deliver(Node node) {
        if (!gateway.mail.isEmpty()) {
            SimulatedGateway.Mail next = gateway.mail.get(random.nextInt(gateway.mail.size()));
            if (!next.repeated()) {
                gateway.mail.remove(next);
            }
            ApplyResult result = node.payments.apply(next.what());
            if (next.repeated() && isTaken(result)) {
                gateway.mail.remove(next);
            }
        }
    }

    /** The server asks for the notification again where it could not be followed yet, or nothing of what it names is known yet. */
    private static boolean isTaken(ApplyResult result) {
        return !(result instanceof ApplyResult.Deferred)
                && !(result instanceof ApplyResult.Refused refused && refused.refusal() == PaymentRefusal.CART_UNKNOWN);
    }

    /** Nothing goes wrong any more, no client and no payer acts: the background work and the clerk bring everything to an end. */
    private void settleDown() {
        Node node = nodes.get(0);
        faults.actsNow(node.life);
        Instant end = clock.instant().plus(BOUND);
        int idle = 0;
        for (int round = 0; round < ROUNDS && clock.instant().isBefore(end); round++) {
            gateway.tick();
            int letters = gateway.mail.size();
            for (SimulatedGateway.Mail mail : List.copyOf(gateway.mail)) {
                if (!mail.repeated() || isTaken(node.payments.apply(mail.what()))) {
                    gateway.mail.remove(mail);
                }
            }
            node.reconciler.runOnce(100);
            clerk.decide(node.payments);
            node.relay.runOnce();
            Optional<Instant> next = Stream.of(
                            payments().map(it -> it.watch().checkAt()).filter(Objects::nonNull),
                            gateway.agenda.stream().map(SimulatedGateway.Later::at),
                            Stream.ofNullable(records.outbox().backlog().oldest()))
                    .flatMap(moments -> moments)
                    .min(Instant::compareTo);
            idle = next.isEmpty() && letters == gateway.mail.size() ? idle + 1 : 0;
            if (idle > 1) {
                return;
            }
            Duration wait = Duration.between(clock.instant(), next.orElse(clock.instant()));
            clock.advance(wait.compareTo(Duration.ofSeconds(5)) < 0 ? Duration.ofSeconds(5) : wait);
        }
    }

    /** Whatever was taken can be given back, and whatever is held can be let go. */
    private void giveAllBack() {
        Payments shop = nodes.get(0).payments;
        for (Payment payment : payments().toList()) {
            shop.voidHold(payment.id(), key("last"));
            Bug.refund(bug, shop, payment.id(), key("last-of-all"), null);
        }
    }

    private Stream<Payment> payments() {
        return orders.stream().flatMap(order -> records.findByCart(order.cartId()).stream());
    }

    private Optional<String> violation() {
        return payments()
                .flatMap(payment -> chronicle.violation(payment).stream()
                        .map(it -> payment + " " + it + "; attempts "
                                + payment.attempts().stream()
                                        .map(attempt -> attempt.cartId() + " " + attempt.state() + " " + attempt.ref())
                                        .toList()
                                + "; history " + payment.history() + "; follow-ups " + payment.followUps()
                                + "; decisions " + payment.decisions() + "; entries " + payment.entries()
                                + "; books " + gateway.books.values() + "; " + gateway.world))
                .findFirst();
    }

    private static boolean isCapture(LedgerEntry entry) {
        return entry.parent() != null
                && entry.kind() != TransactionKind.VOID
                && entry.kind() != TransactionKind.RELEASE;
    }

    /** What captures left of a hold is let go by the gateway. */
    private Optional<String> keptMoney() {
        Stream<Payment> keepers = payments()
                .filter(it -> it.taken().compareTo(it.refunded()) > 0
                        || (it.ledger().held().isPositive()
                                && it.entries().stream().noneMatch(Simulation::isCapture)));
        return keepers.map(it -> it + " kept money; follow-ups " + it.followUps() + "; entries " + it.entries()
                        + "; books " + gateway.books.values())
                .findFirst();
    }
}
