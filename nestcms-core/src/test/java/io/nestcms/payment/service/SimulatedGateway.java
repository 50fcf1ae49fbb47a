package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.gateway.Rejection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A gateway on a virtual clock that behaves as PayTabs does on a bad day: requests and replies get lost or come late, new
 * transactions show in queries only after a while, a repeated request within two minutes is refused and later charges again. And
 * as PayTabs has been recorded to: transactions change their names between tellings, are held and released by a person, are
 * followed up from elsewhere, and are listed where a run's {@link World} has it.
 */
final class SimulatedGateway implements PaymentGateway {
    private static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(2);
    private static final Duration PAGE_LIFE = Duration.ofMinutes(20);
    private static final Currency OTHER = Currency.getInstance("USD");

    /** Under which cart the gateway lists a capture, void or refund. */
    enum Listing {
        OWN,
        ORIGINAL,
        BOTH,
        NOWHERE
    }

    /** What the gateway is like in this run, and when it is not to be had. */
    record World(
            boolean direct,
            Listing listing,
            boolean tellsOwnCarts,
            boolean listsForeign,
            boolean renames,
            boolean discounts,
            Duration skew,
            Instant rotatedFrom,
            Instant rotatedUntil,
            Instant downFrom,
            Instant downUntil) {
        static World draw(Random random, Instant start) {
            Listing listing = Listing.values()[random.nextInt(4)];
            boolean own = listing == Listing.OWN || listing == Listing.BOTH || random.nextBoolean();
            Instant rotated = start.plusSeconds(random.nextInt(1800));
            Instant down = start.plusSeconds(random.nextInt(3600));
            return new World(
                    random.nextInt(3) == 0,
                    listing,
                    own,
                    random.nextBoolean(),
                    random.nextInt(3) > 0,
                    random.nextInt(3) == 0,
                    Duration.ofSeconds(random.nextInt(7200) - 3600),
                    rotated,
                    random.nextInt(4) == 0 ? rotated.plusSeconds(random.nextInt(1800)) : rotated,
                    down,
                    random.nextInt(4) == 0 ? down.plusSeconds(random.nextInt(1800)) : down);
        }
    }

    /** One transaction in the gateway's own books. */
    static final class Entry {
        final TransactionRef ref;
        final PaymentOrder order;
        final CartId cart;
        final TransactionKind kind;
        final Money requested;
        final @Nullable Entry parent;
        final boolean ours;
        final Instant since;
        final Instant visibleFrom;
        Money amount;
        TransactionState state = TransactionState.OPEN;
        /** Asked for as a sale, it became a hold. */
        boolean held;
        /** How its query answers after a person has released it. */
        TransactionState toldReleased = TransactionState.ON_HOLD;

        /** Told by its other name each time, else now and then. */
        boolean renamed;

        boolean isGarbage;
        boolean everFailed;

        @Nullable Instant decidedAt;

        Entry(
                TransactionRef ref,
                PaymentOrder order,
                CartId cart,
                TransactionKind kind,
                Money amount,
                @Nullable Entry parent,
                boolean ours,
                Instant since,
                Instant visibleFrom) {
            this.ref = ref;
            this.order = order;
            this.cart = cart;
            this.kind = kind;
            this.requested = amount;
            this.amount = amount;
            this.parent = parent;
            this.ours = ours;
            this.since = since;
            this.visibleFrom = visibleFrom;
        }

        boolean isRoot() {
            return parent == null;
        }

        boolean isApproved() {
            return state == TransactionState.APPROVED;
        }

        boolean isOpen() {
            return state == TransactionState.OPEN
                    || state == TransactionState.PENDING
                    || state == TransactionState.ON_HOLD
                    || state == TransactionState.UNANSWERED;
        }

        Entry root() {
            return parent == null ? this : parent.root();
        }

        @Override
        public String toString() {
            return ref + " " + kind + (held ? "(held sale)" : "") + " " + state + " " + amount + " " + cart
                    + (parent == null ? "" : " of " + parent.ref) + (ours ? "" : " foreign");
        }
    }

    /** Something that will happen by itself, to a cart. */
    record Later(Instant at, CartId cart, Runnable what) {}

    /** A notification on its way; one that cannot do without is repeated until it is taken. */
    record Mail(GatewayNotification what, boolean repeated) {}

    final World world;
    final Map<TransactionRef, Entry> books = new LinkedHashMap<>();
    final List<Later> agenda = new ArrayList<>();
    final List<Mail> mail = new ArrayList<>();
    /** Carts of which a call was refused outright. */
    final Set<CartId> refused = new HashSet<>();

    private final MovingClock clock;
    private final Random random;
    private final Faults faults;
    private final Runnable meanwhile;
    private int numbers;

    SimulatedGateway(MovingClock clock, Random random, Faults faults, Runnable meanwhile) {
        this.clock = clock;
        this.random = random;
        this.faults = faults;
        this.meanwhile = meanwhile;
        this.world = World.draw(random, clock.instant());
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
    public Allowance allowance(PaymentOrder order) {
        return world.discounts()
                ? new Allowance(share(order.amount(), 90), order.amount())
                : Allowance.exactly(order.amount());
    }

    static Money share(Money of, int percent) {
        return Money.ofMinorUnits(Math.max(1, of.minorUnits() * percent / 100), of.currency());
    }

    /** Why nothing gets through now, or null. */
    private GatewayOutcome.NotSent.@Nullable Cause barred() {
        Instant now = clock.instant();
        if (faults.isHealed()) {
            return null;
        }
        if (!now.isBefore(world.downFrom()) && now.isBefore(world.downUntil())) {
            return GatewayOutcome.NotSent.Cause.NO_CONNECTION;
        }
        if (!now.isBefore(world.rotatedFrom()) && now.isBefore(world.rotatedUntil())) {
            return GatewayOutcome.NotSent.Cause.MISCONFIGURED;
        }
        int lot = random.nextInt(100);
        return lot < 7
                ? GatewayOutcome.NotSent.Cause.NO_CONNECTION
                : lot < 10 ? GatewayOutcome.NotSent.Cause.THROTTLED : null;
    }

    // ---- charges

    @Override
    public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
        faults.maybeCrash();
        GatewayOutcome.NotSent.Cause barred = barred();
        if (barred != null) {
            return new GatewayOutcome.NotSent<>(barred, null);
        }
        if (faults.happen(3)) {
            refused.add(charge.cartId());
            return new GatewayOutcome.Rejected<>(new Rejection("113", "not allowed", null));
        }
        if (faults.happen(10)) {
            return new GatewayOutcome.Indeterminate<>("the request was lost");
        }
        if (faults.happen(10)) {
            later(random.nextInt(50), charge.cartId(), () -> take(charge));
            return new GatewayOutcome.Indeterminate<>("the request was slow");
        }
        Optional<Entry> taken = take(charge);
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

    private void later(int seconds, CartId cart, Runnable what) {
        agenda.add(new Later(clock.instant().plusSeconds(seconds), cart, what));
    }

    private Optional<Entry> take(GatewayCharge charge) {
        Instant now = clock.instant();
        boolean duplicate = books.values().stream()
                .anyMatch(it -> it.cart.equals(charge.cartId())
                        && it.since.plus(DUPLICATE_WINDOW).isAfter(now));
        if (duplicate) {
            return Optional.empty();
        }
        Entry entry = root(charge.order(), charge.cartId(), true);
        if (faults.happen(4)) {
            Entry garbage = root(charge.order(), charge.cartId(), false);
            garbage.isGarbage = true;
            garbage.state = TransactionState.UNRECOGNISED;
        }
        if (world.direct()) {
            int lot = faults.isHealed() ? 0 : random.nextInt(100);
            decide(
                    entry,
                    lot < 72
                            ? TransactionState.APPROVED
                            : lot < 84
                                    ? TransactionState.DECLINED
                                    : lot < 92 ? TransactionState.UNANSWERED : TransactionState.ON_HOLD);
        } else {
            agenda.add(new Later(now.plus(PAGE_LIFE), entry.cart, () -> {
                if (entry.state == TransactionState.OPEN && random.nextBoolean()) {
                    decide(entry, TransactionState.EXPIRED);
                }
            }));
        }
        return Optional.of(entry);
    }

    private Entry root(PaymentOrder order, CartId cart, boolean ours) {
        boolean sale = order.mode() == ChargeMode.SALE;
        return book(
                order,
                cart,
                sale ? TransactionKind.SALE : TransactionKind.AUTHORIZATION,
                order.amount(),
                null,
                ours,
                faults.happen(50) ? random.nextInt(60) : 0);
    }

    private Entry book(
            PaymentOrder order,
            CartId cart,
            TransactionKind kind,
            Money amount,
            @Nullable Entry parent,
            boolean ours,
            int hiddenFor) {
        Instant now = clock.instant();
        Entry entry = new Entry(
                new TransactionRef("TST" + ++numbers),
                order,
                cart,
                kind,
                amount,
                parent,
                ours,
                now,
                now.plusSeconds(hiddenFor));
        entry.renamed = random.nextBoolean();
        books.put(entry.ref, entry);
        return entry;
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

    /** The payer pays another time on the same page, or pays twice at once. */
    void actAgain(TransactionRef ref) {
        Entry first = books.get(ref);
        if (first != null && (first.isApproved() || first.state == TransactionState.OPEN) && !first.held) {
            Entry second = root(first.order, first.cart, false);
            second.state = TransactionState.APPROVED;
            second.decidedAt = clock.instant();
            tell(second, true);
        }
    }

    private void decide(Entry entry, TransactionState state) {
        TransactionState next = state == TransactionState.ON_HOLD && entry.kind != TransactionKind.SALE
                ? TransactionState.APPROVED
                : state;
        entry.state = next;
        entry.decidedAt = clock.instant();
        switch (next) {
            case APPROVED -> {
                if (world.discounts() && random.nextInt(2) == 0) {
                    entry.amount = share(entry.requested, 90 + random.nextInt(10));
                }
                if (faults.happen(4)) {
                    entry.amount = random.nextInt(4) == 0
                            ? Money.ofMinorUnits(entry.requested.minorUnits(), OTHER)
                            : share(entry.requested, 50);
                }
            }
            case PENDING ->
                later(
                        random.nextInt(7200),
                        entry.cart,
                        () -> decide(
                                entry, random.nextBoolean() ? TransactionState.APPROVED : TransactionState.EXPIRED));
            case UNANSWERED ->
                later(
                        random.nextInt(random.nextBoolean() ? 300 : 40_000),
                        entry.cart,
                        () -> decide(
                                entry, random.nextBoolean() ? TransactionState.APPROVED : TransactionState.DECLINED));
            case ON_HOLD -> {
                entry.held = true;
                // one that is gone and whose capture is listed nowhere could not be told from one that never was
                entry.toldReleased = new TransactionState[] {
                            TransactionState.ON_HOLD, TransactionState.APPROVED, TransactionState.OPEN
                        }
                        [random.nextInt(world.listsForeign() ? 3 : 2)];
                later(random.nextInt(random.nextBoolean() ? 3_000 : 300_000), entry.cart, () -> review(entry));
            }
            case DECLINED -> {
                entry.everFailed = true;
                if (random.nextInt(100) < 20) {
                    // codes 300 and 345: the money was taken after all
                    later(random.nextInt(5400), entry.cart, () -> decide(entry, TransactionState.APPROVED));
                }
            }
            default -> entry.everFailed = true;
        }
        tell(entry, false);
    }

    /** A person at the gateway releases what was held on suspicion, or not. */
    private void review(Entry entry) {
        if (entry.state != TransactionState.ON_HOLD) {
            return;
        }
        int lot = random.nextInt(10);
        if (lot < 7) {
            Money amount = lot == 0 ? share(entry.amount, 60) : entry.amount;
            entry.state = TransactionState.APPROVED;
            foreign(entry, TransactionKind.CAPTURE, amount);
        } else {
            entry.everFailed = true;
            entry.state = lot == 7 ? TransactionState.VOIDED : TransactionState.DECLINED;
            entry.decidedAt = clock.instant();
            tell(entry, true);
        }
    }

    // ---- captures, voids and refunds

    @Override
    public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp asked) {
        faults.maybeCrash();
        GatewayOutcome.NotSent.Cause barred = barred();
        if (barred != null) {
            return new GatewayOutcome.NotSent<>(barred, null);
        }
        if (faults.happen(10)) {
            return new GatewayOutcome.Indeterminate<>("the request was lost");
        }
        if (faults.happen(10)) {
            later(random.nextInt(50), asked.cartId(), () -> act(asked));
            return new GatewayOutcome.Indeterminate<>("the request was slow");
        }
        Optional<Entry> done = act(asked);
        meanwhile.run();
        faults.maybeCrash();
        if (done.isEmpty()) {
            return isDuplicate(asked)
                    ? new GatewayOutcome.Indeterminate<>("duplicate request")
                    : new GatewayOutcome.Rejected<>(new Rejection("120", "not possible", null));
        }
        return faults.happen(20)
                ? new GatewayOutcome.Indeterminate<>("the reply was lost")
                : new GatewayOutcome.Accepted<>(seen(done.get()));
    }

    private boolean isDuplicate(GatewayFollowUp asked) {
        return books.values().stream()
                .anyMatch(it -> it.cart.equals(asked.cartId())
                        && it.since.plus(DUPLICATE_WINDOW).isAfter(clock.instant()));
    }

    private Optional<Entry> act(GatewayFollowUp asked) {
        Entry of = books.get(asked.of());
        if (isDuplicate(asked)
                || of == null
                || left(of, asked.kind()) < asked.amount().minorUnits()) {
            return Optional.empty();
        }
        if (!of.amount.currency().equals(asked.amount().currency())) {
            return Optional.empty();
        }
        Entry entry = book(
                asked.order(),
                asked.cartId(),
                asked.kind(),
                asked.amount(),
                of,
                true,
                faults.happen(50) ? random.nextInt(60) : 0);
        int lot = faults.isHealed() ? 0 : random.nextInt(100);
        entry.decidedAt = clock.instant();
        if (lot < 78) {
            entry.state = TransactionState.APPROVED;
        } else if (lot < 86) {
            entry.state = TransactionState.DECLINED;
        } else {
            entry.state = lot < 94 ? TransactionState.PENDING : TransactionState.UNANSWERED;
            later(random.nextInt(7200), entry.cart, () -> {
                // what was possible when it was asked for may not be any more
                boolean possible = left(of, entry.kind) >= 0;
                entry.state = possible && random.nextBoolean() ? TransactionState.APPROVED : TransactionState.DECLINED;
                entry.decidedAt = clock.instant();
                tell(entry, false);
            });
        }
        tell(entry, false);
        return Optional.of(entry);
    }

    /** What is still possible with a transaction; what is pending counts. In minor units. */
    long left(Entry of, TransactionKind kind) {
        if (!of.isApproved()) {
            return -1;
        }
        boolean hold = of.kind == TransactionKind.AUTHORIZATION || of.held;
        long left = of.amount.minorUnits();
        boolean whole = true;
        for (Entry child : children(of)) {
            if (child.isApproved() || child.isOpen()) {
                left -= child.amount.minorUnits();
                whole &= child.kind == TransactionKind.VOID || isUndone(child);
            }
        }
        return switch (kind) {
            case CAPTURE -> hold ? left : -1;
            case REFUND -> hold ? -1 : left;
            case VOID -> hold && whole ? left : -1;
            default -> -1;
        };
    }

    private boolean isUndone(Entry capture) {
        return capture.isApproved()
                && capture.kind == TransactionKind.CAPTURE
                && left(capture, TransactionKind.REFUND) == 0;
    }

    List<Entry> children(Entry of) {
        return books.values().stream().filter(it -> it.parent == of).toList();
    }

    /** Somebody does something in the gateway's own dashboard, or by another system. */
    void dashboard() {
        List<Entry> candidates = books.values().stream()
                .filter(it -> it.isApproved() && !it.isGarbage)
                .filter(it -> it.isRoot() || it.kind == TransactionKind.CAPTURE)
                .toList();
        if (candidates.isEmpty()) {
            return;
        }
        Entry entry = candidates.get(random.nextInt(candidates.size()));
        boolean hold = entry.kind == TransactionKind.AUTHORIZATION;
        long left = left(entry, hold ? TransactionKind.CAPTURE : TransactionKind.REFUND);
        if (entry.held || left <= 0) {
            return;
        }
        Money all = Money.ofMinorUnits(left, entry.amount.currency());
        Money equal = share(entry.order.amount(), 50);
        Money part = left > equal.minorUnits() && equal.currency().equals(all.currency()) ? equal : all;
        // a hold lapses some time after it was made
        boolean untouched = left == entry.amount.minorUnits()
                && entry.decidedAt != null
                && entry.decidedAt.isBefore(clock.instant());
        switch (random.nextInt(5)) {
            case 0, 1 -> foreign(entry, hold ? TransactionKind.CAPTURE : TransactionKind.REFUND, part);
            case 2 -> foreign(entry, TransactionKind.VOID, hold && random.nextBoolean() ? part : all);
            case 3 -> {
                if (untouched) {
                    entry.state = TransactionState.VOIDED;
                    entry.everFailed = true;
                    entry.decidedAt = clock.instant();
                    tell(entry, true);
                }
            }
            default -> {
                if (hold && untouched) {
                    // told as lapsed, and captured all the same
                    entry.state = random.nextBoolean() ? TransactionState.EXPIRED : TransactionState.VOIDED;
                    entry.everFailed = true;
                    entry.decidedAt = clock.instant();
                    tell(entry, true);
                    if (random.nextBoolean()) {
                        later(random.nextInt(3000), entry.cart, () -> foreign(entry, TransactionKind.CAPTURE, part));
                    }
                }
            }
        }
    }

    private void foreign(Entry of, TransactionKind kind, Money amount) {
        // of what is gone itself, the cart alone still tells
        boolean original = random.nextBoolean() || of.toldReleased == TransactionState.OPEN;
        CartId cart = original ? of.root().cart : new CartId("dash-" + numbers);
        Entry entry = book(of.order, cart, kind, amount, of, false, 0);
        entry.state = TransactionState.APPROVED;
        entry.decidedAt = clock.instant();
        tell(entry, true);
    }

    // ---- telling

    private void tell(Entry entry, boolean repeated) {
        if (entry.state == TransactionState.OPEN) {
            return;
        }
        GatewayTransaction it = seen(entry);
        GatewayNotification news = new GatewayNotification(
                it.ref(), it.previousRef(), it.cartId(), it.kind(), it.state(), it.cartAmount());
        for (int copies = repeated ? 1 : random.nextInt(3); copies > 0; copies--) {
            mail.add(new Mail(news, repeated));
        }
    }

    /** Lets happen what is due. */
    void tick() {
        if (agenda.isEmpty()) {
            return;
        }
        List<Later> due =
                agenda.stream().filter(it -> !it.at().isAfter(clock.instant())).toList();
        agenda.removeAll(due);
        due.forEach(it -> it.what().run());
    }

    @Override
    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        return query(() -> {
            List<GatewayTransaction> listed = new ArrayList<>();
            for (Entry entry : books.values()) {
                if (!entry.visibleFrom.isAfter(clock.instant()) && isListed(entry, cartId) && !hasVanished(entry)) {
                    listed.add(seen(entry));
                }
            }
            if (random.nextBoolean()) {
                Collections.reverse(listed);
            }
            return listed;
        });
    }

    private boolean isListed(Entry entry, CartId cartId) {
        if (entry.isRoot()) {
            return entry.cart.equals(cartId);
        }
        boolean original = entry.root().cart.equals(cartId);
        if (!entry.ours) {
            return original && world.listsForeign();
        }
        boolean own = entry.cart.equals(cartId);
        return switch (world.listing()) {
            case OWN -> own;
            case ORIGINAL -> original;
            case BOTH -> own || original;
            case NOWHERE -> false;
        };
    }

    /** A hold that was released may be gone. */
    static boolean hasVanished(Entry entry) {
        return entry.held && entry.isApproved() && entry.toldReleased == TransactionState.OPEN;
    }

    @Override
    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        Entry entry = books.get(ref);
        return entry == null || hasVanished(entry)
                ? new GatewayOutcome.Rejected<>(new Rejection("2", "unknown", null))
                : query(() -> seen(entry));
    }

    private <T> GatewayOutcome<T> query(Supplier<T> answer) {
        faults.maybeCrash();
        GatewayOutcome.NotSent.Cause barred = barred();
        if (barred != null) {
            return new GatewayOutcome.NotSent<>(barred, null);
        }
        T value = answer.get();
        meanwhile.run();
        return faults.happen(10)
                ? new GatewayOutcome.Indeterminate<>("the reply was lost")
                : new GatewayOutcome.Accepted<>(value);
    }

    private GatewayTransaction seen(Entry entry) {
        boolean open = entry.state == TransactionState.OPEN;
        if (entry.isGarbage || (entry.isRoot() && !open && faults.happen(3))) {
            return new GatewayTransaction(
                    entry.ref,
                    null,
                    null,
                    TransactionKind.UNRECOGNISED,
                    TransactionState.UNRECOGNISED,
                    entry.cart,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
        TransactionState state = entry.held && entry.isApproved() ? entry.toldReleased : entry.state;
        return new GatewayTransaction(
                entry.ref,
                entry.parent == null ? null : entry.parent.ref,
                asked(entry),
                told(entry),
                state,
                entry.isRoot() || !entry.ours || world.tellsOwnCarts() ? entry.cart : entry.root().cart,
                entry.requested,
                open ? null : entry.amount,
                open ? null : "1",
                open ? null : entry.state.name(),
                entry.decidedAt == null ? null : entry.decidedAt.plus(world.skew()));
    }

    private @Nullable TransactionKind asked(Entry entry) {
        if (entry.held) {
            return TransactionKind.SALE;
        }
        return entry.kind == TransactionKind.VOID && random.nextBoolean() ? TransactionKind.VOID : null;
    }

    /** The name of this telling. */
    private TransactionKind told(Entry entry) {
        if (entry.held) {
            return TransactionKind.AUTHORIZATION;
        }
        boolean renamed = world.renames() && (entry.renamed || random.nextBoolean());
        return switch (entry.kind) {
            case VOID -> renamed ? TransactionKind.RELEASE : TransactionKind.VOID;
            case CAPTURE -> renamed ? TransactionKind.SALE : TransactionKind.CAPTURE;
            default -> entry.kind;
        };
    }
}
