package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the transactions of a payment add up to: its status, its sums, and what may be done next. One pure function of the
 * order, the attempts, what was asked for afterwards, what the gateway showed, and what people decided. Amounts decide, not
 * labels: each transaction counts once, under its reference, and hangs under its parent.
 *
 * <p>{@code docs/payment-lifecycle.md} shows the rules as tables, and a test compares the two. Immutable and safe for use by
 * many threads. This file is longer than others on purpose: these rules are read together.
 *
 * @since 0.1
 */
public final class Ledger {
    /** What a transaction is to its payment. */
    public enum Role {
        /** Took money at once. */
        CHARGE,
        /** Holds money. */
        HOLD,
        /** A payment asked for and made elsewhere, later. */
        REQUEST,
        /** Took held money. */
        CAPTURE,
        /** Undid a hold, a charge or a capture, in whole or in part: a void and a release are one move. */
        RELEASE,
        /** Gave taken money back. */
        REFUND,
        /** Moves no money: a card verified, a hold made to last longer. */
        NOTHING,
        /** Nothing tells what it is. */
        UNCLEAR;

        /**
         * Whether it stands for the payment itself.
         *
         * @return true for a charge, a hold and a request
         */
        public boolean isRoot() {
            return this == CHARGE || this == HOLD || this == REQUEST;
        }

        /**
         * Whether it does something to an earlier transaction.
         *
         * @return true for a capture, a release and a refund
         */
        public boolean isFollowUp() {
            return this == CAPTURE || this == RELEASE || this == REFUND;
        }
    }

    /** Money that was taken or is held, and what is left of it. */
    private record Source(LedgerEntry entry, Role role, Money net, Money givenBack, boolean counts) {}

    private final PaymentOrder order;
    private final List<Attempt> attempts;
    private final List<FollowUp> followUps;
    private final Map<TransactionRef, LedgerEntry> entries = new LinkedHashMap<>();
    private final Map<TransactionRef, Resolution> decided = new HashMap<>();
    private final Map<TransactionRef, Role> roles = new HashMap<>();
    private final Map<TransactionRef, List<LedgerEntry>> children = new HashMap<>();
    private final Money zero;

    private final List<Mismatch> mismatches = new ArrayList<>();
    private final List<Source> taken = new ArrayList<>();
    private final List<Source> held = new ArrayList<>();
    private boolean undone;
    private Money refunded;
    private final PaymentStatus status;

    private Ledger(
            PaymentOrder order,
            List<Attempt> attempts,
            List<FollowUp> followUps,
            List<LedgerEntry> shown,
            List<Decision> decisions) {
        this.order = order;
        this.attempts = attempts;
        this.followUps = followUps;
        this.zero = Money.zero(order.amount().currency());
        this.refunded = zero;
        shown.forEach(entry -> entries.put(entry.ref(), entry));
        decisions.forEach(this::take);
        entries.values().forEach(entry -> roles.put(entry.ref(), role(entry, new HashSet<>())));
        entries.values().forEach(this::hang);
        entries.values().forEach(this::count);
        // what was given back is of something, about which all is known by now
        entries.values().stream().filter(it -> roleOf(it) == Role.REFUND).forEach(this::refund);
        this.status = standing();
    }

    /**
     * Adds up.
     *
     * @param order what is to be paid
     * @param attempts the attempts to take it, oldest first; at least one
     * @param followUps the captures, voids and refunds that were asked for here
     * @param entries what the gateway showed, each transaction once
     * @param decisions what people decided, oldest first
     * @return what it comes to; the same for the same input, whatever the order of the entries
     */
    public static Ledger of(
            PaymentOrder order,
            List<Attempt> attempts,
            List<FollowUp> followUps,
            List<LedgerEntry> entries,
            List<Decision> decisions) {
        return new Ledger(
                order, List.copyOf(attempts), List.copyOf(followUps), List.copyOf(entries), List.copyOf(decisions));
    }

    private void take(Decision decision) {
        Resolution resolution = decision.resolution();
        if (resolution instanceof Resolution.AcceptAsPaid accept) {
            decided.put(accept.ref(), accept);
        } else if (resolution instanceof Resolution.GiveBack giveBack) {
            decided.put(giveBack.ref(), giveBack);
        } else if (resolution instanceof Resolution.Keep keep) {
            decided.put(keep.ref(), keep);
        } else if (resolution instanceof Resolution.WasDone done) {
            followUps.stream()
                    .filter(it -> it.cartId().equals(done.followUp()))
                    .forEach(it -> assume(it, done.ref(), decision.at()));
        }
    }

    /** Done as a person says, until the gateway shows it or says that it came to nothing. */
    private void assume(FollowUp followUp, TransactionRef ref, Instant at) {
        LedgerEntry told = entries.get(ref);
        boolean isShown = entries.values().stream()
                .anyMatch(it -> it.isApproved() && followUp.cartId().equals(it.cartId()));
        boolean isOver =
                told != null && (told.isApproved() || told.isFailed() || told.state() == TransactionState.VOIDED);
        if (isShown || isOver) {
            return;
        }
        entries.put(
                ref,
                new LedgerEntry(
                        ref,
                        followUp.of(),
                        null,
                        followUp.kind(),
                        TransactionState.APPROVED,
                        followUp.cartId(),
                        followUp.amount(),
                        followUp.amount(),
                        null,
                        null,
                        null,
                        told == null ? at : told.seenAt(),
                        at));
    }

    // ---- what each transaction is

    /** The first rule that fits: the follow-up's own cart, the name that says what was done, the parent. */
    private Role role(LedgerEntry entry, Set<TransactionRef> seen) {
        Role known = roles.get(entry.ref());
        if (known != null) {
            return known;
        }
        Optional<FollowUp> own = followUps.stream()
                .filter(it -> it.cartId().isReserved() && it.cartId().equals(entry.cartId()))
                .findFirst();
        if (own.isPresent()) {
            return named(own.get().kind());
        }
        TransactionKind asked = entry.asked();
        TransactionKind name = asked != null && asked.isFollowUp() ? asked : entry.kind();
        LedgerEntry parent = entry.parent() == null ? null : entries.get(entry.parent());
        if (name.isFollowUp() || parent == null || !seen.add(entry.ref())) {
            return named(name);
        }
        return under(parent, role(parent, seen), entry);
    }

    private static Role named(TransactionKind kind) {
        return switch (kind) {
            case SALE -> Role.CHARGE;
            case AUTHORIZATION -> Role.HOLD;
            case PAYMENT_REQUEST -> Role.REQUEST;
            case CAPTURE -> Role.CAPTURE;
            case VOID, RELEASE -> Role.RELEASE;
            case REFUND -> Role.REFUND;
            case REGISTRATION, EXTENSION -> Role.NOTHING;
            case UNRECOGNISED -> Role.UNCLEAR;
        };
    }

    /** A general name with a parent: what it is follows from the parent, and from what was asked of the parent. */
    private Role under(LedgerEntry parent, Role parentRole, LedgerEntry entry) {
        return switch (parentRole) {
            case REQUEST -> named(entry.kind());
            case HOLD -> entry.kind() == TransactionKind.SALE ? Role.CAPTURE : Role.NOTHING;
            // what has taken nothing itself is taken by what follows it
            case CHARGE -> moved(parent) ? asked(parent, entry) : named(entry.kind());
            default -> asked(parent, entry);
        };
    }

    /** What we asked of the parent with that amount. */
    private Role asked(LedgerEntry parent, LedgerEntry entry) {
        return followUps.stream()
                .filter(it -> it.of().equals(parent.ref()) && it.amount().equals(entry.moved()))
                .map(it -> named(it.kind()))
                .findFirst()
                .orElse(Role.UNCLEAR);
    }

    /** Under its parent; what names no parent concerns the only payment there is, if there is only one. */
    private void hang(LedgerEntry entry) {
        if (roleOf(entry).isRoot()) {
            return;
        }
        TransactionRef parent = entry.parent();
        if (parent == null) {
            List<LedgerEntry> roots = entries.values().stream()
                    .filter(it -> roleOf(it).isRoot() && (it.isApproved() || it.isPending()))
                    .toList();
            parent = roots.size() == 1 ? roots.get(0).ref() : null;
        }
        if (parent != null) {
            children.computeIfAbsent(parent, any -> new ArrayList<>()).add(entry);
        }
    }

    private Role roleOf(LedgerEntry entry) {
        return Objects.requireNonNull(roles.get(entry.ref()));
    }

    private List<LedgerEntry> under(LedgerEntry parent, Role role) {
        return children.getOrDefault(parent.ref(), List.of()).stream()
                .filter(it -> roleOf(it) == role && it.isApproved())
                .toList();
    }

    // ---- what they add up to

    private void count(LedgerEntry entry) {
        if (entry.state() == TransactionState.UNRECOGNISED) {
            mismatch(entry, Mismatch.Difference.UNREADABLE);
            return;
        }
        switch (roleOf(entry)) {
            case CHARGE -> charge(entry);
            case REQUEST -> {
                boolean made = children(entry.ref()).stream().anyMatch(it -> moved(it) && roleOf(it) == Role.CHARGE);
                if (!made) {
                    charge(entry);
                }
            }
            case HOLD -> hold(entry);
            case CAPTURE -> {
                if (!isOfHold(entry)) {
                    capture(entry, true);
                }
            }
            case RELEASE -> release(entry);
            case UNCLEAR -> {
                if (decided.get(entry.ref()) instanceof Resolution.AcceptAsPaid && entry.isApproved()) {
                    take(entry, Role.CHARGE, true);
                } else if (entry.isApproved()) {
                    mismatch(entry, Mismatch.Difference.UNREADABLE);
                }
            }
            case REFUND, NOTHING -> {
                // counted afterwards; moves no money
            }
        }
    }

    /** Counted with its hold; also one that names no parent and hangs under the only hold there is. */
    private boolean isOfHold(LedgerEntry capture) {
        return entries.values().stream()
                .anyMatch(it -> roleOf(it) == Role.HOLD
                        && children.getOrDefault(it.ref(), List.of()).contains(capture));
    }

    private Collection<LedgerEntry> children(TransactionRef parent) {
        return entries.values().stream()
                .filter(it -> parent.equals(it.parent()))
                .toList();
    }

    private static boolean moved(LedgerEntry entry) {
        return entry.state() == TransactionState.APPROVED || entry.state() == TransactionState.VOIDED;
    }

    private void charge(LedgerEntry entry) {
        if (!moved(entry)) {
            return;
        }
        Resolution decision = decided.get(entry.ref());
        if (entry.state() == TransactionState.VOIDED) {
            undone = true;
            return;
        }
        Mismatch.Difference difference = difference(entry);
        if (difference != null && decision == null) {
            mismatch(entry, difference);
            return;
        }
        take(entry, Role.CHARGE, difference == null || decision instanceof Resolution.AcceptAsPaid);
    }

    private void take(LedgerEntry entry, Role role, boolean counts) {
        Money amount = entry.moved();
        if (amount == null || decided.get(entry.ref()) instanceof Resolution.Keep) {
            return;
        }
        boolean pays = counts && isOurs(amount) && !(decided.get(entry.ref()) instanceof Resolution.GiveBack);
        Money net = less(amount, sum(under(entry, Role.RELEASE), amount));
        Money back = sum(under(entry, Role.REFUND), amount);
        undone |= pays && !net.equals(amount);
        taken.add(new Source(entry, role, net, back, pays));
    }

    private void hold(LedgerEntry entry) {
        Money amount = entry.moved() == null ? entry.requested() : entry.moved();
        List<LedgerEntry> captures = under(entry, Role.CAPTURE);
        undone |= children.getOrDefault(entry.ref(), List.of()).stream()
                .anyMatch(it -> roleOf(it) == Role.CAPTURE && it.state() == TransactionState.VOIDED);
        if (!moved(entry) && captures.isEmpty()) {
            return;
        }
        Resolution decision = decided.get(entry.ref());
        // while nothing is told of the hold itself, its captures speak for it
        Mismatch.Difference difference = moved(entry) ? difference(entry) : null;
        if (difference != null && decision == null) {
            mismatch(entry, difference);
            return;
        }
        boolean counts = decision == null || decision instanceof Resolution.AcceptAsPaid;
        boolean fits = counts && fits(captures, entry);
        captures.forEach(capture -> capture(capture, fits));
        if (amount == null || decision instanceof Resolution.Keep) {
            return;
        }
        Money left = less(less(amount, sum(captures, amount)), sum(under(entry, Role.RELEASE), amount));
        if (entry.isApproved() && left.isPositive()) {
            held.add(new Source(entry, Role.HOLD, left, Money.zero(left.currency()), counts && isOurs(amount)));
        }
        undone |= entry.state() == TransactionState.VOIDED || (moved(entry) && !left.isPositive());
    }

    /** Who asked for a sale has not got it when only a part of what is held was taken. */
    private boolean fits(List<LedgerEntry> captures, LedgerEntry held) {
        if (order.mode() == ChargeMode.AUTHORIZE || captures.isEmpty()) {
            return true;
        }
        Attempt attempt = attemptOf(held);
        if (isWithin(sum(captures, zero), attempt)
                || captures.stream().anyMatch(it -> decided.get(it.ref()) instanceof Resolution.AcceptAsPaid)) {
            return true;
        }
        mismatch(captures.get(captures.size() - 1), Mismatch.Difference.AMOUNT);
        return false;
    }

    private void capture(LedgerEntry entry, boolean counts) {
        if (!entry.isApproved()) {
            undone |= entry.state() == TransactionState.VOIDED;
            return;
        }
        Money amount = entry.moved();
        if (amount == null) {
            mismatch(entry, Mismatch.Difference.AMOUNT);
        } else if (!isOurs(amount) && decided.get(entry.ref()) == null) {
            mismatch(entry, Mismatch.Difference.CURRENCY);
        } else {
            take(entry, Role.CAPTURE, counts);
        }
    }

    private void refund(LedgerEntry entry) {
        if (!entry.isApproved()) {
            return;
        }
        Money amount = entry.moved();
        boolean counts = isOfWhatPays(entry);
        if (amount == null) {
            mismatch(entry, Mismatch.Difference.AMOUNT);
        } else if (counts && !isOurs(amount)) {
            mismatch(entry, Mismatch.Difference.CURRENCY);
        } else if (counts) {
            refunded = refunded.plus(amount);
        }
    }

    /** A refund concerns its parent alone: one of money that does not pay the order gives nothing of the order back. */
    private boolean isOfWhatPays(LedgerEntry refund) {
        LedgerEntry parent = refund.parent() == null ? null : entries.get(refund.parent());
        return parent == null || !isAside(parent);
    }

    private boolean isAside(LedgerEntry source) {
        Resolution decision = decided.get(source.ref());
        if (decision != null) {
            return !(decision instanceof Resolution.AcceptAsPaid);
        }
        if (mismatches.stream().anyMatch(it -> it.entry().ref().equals(source.ref()))) {
            return true;
        }
        LedgerEntry parent = source.parent() == null ? null : entries.get(source.parent());
        return parent != null
                && !parent.ref().equals(source.ref())
                && roleOf(source).isFollowUp()
                && isAside(parent);
    }

    private void release(LedgerEntry entry) {
        if (!entry.isApproved()) {
            return;
        }
        boolean hangs = children.entrySet().stream()
                .anyMatch(it -> it.getValue().contains(entry) && entries.containsKey(it.getKey()));
        if (!hangs) {
            mismatch(entry, Mismatch.Difference.PARENT);
        } else if (entry.moved() == null) {
            mismatch(entry, Mismatch.Difference.AMOUNT);
        }
    }

    private void mismatch(LedgerEntry entry, Mismatch.Difference difference) {
        if (decided.get(entry.ref()) == null) {
            mismatches.add(new Mismatch(entry, difference));
        }
    }

    /** Amount and currency, asked for and taken, must be there and be what the attempt allowed: a missing one differs. */
    private Mismatch.@Nullable Difference difference(LedgerEntry entry) {
        Money requested = entry.requested();
        Money amount = entry.moved();
        if (requested == null || amount == null) {
            return Mismatch.Difference.AMOUNT;
        }
        if (!isOurs(requested) || !isOurs(amount)) {
            return Mismatch.Difference.CURRENCY;
        }
        Attempt attempt = attemptOf(entry);
        boolean asAsked = requested.equals(order.amount()) || isWithin(requested, attempt);
        return asAsked && isWithin(amount, attempt) ? null : Mismatch.Difference.AMOUNT;
    }

    private static boolean isWithin(Money amount, Attempt attempt) {
        return amount.compareTo(attempt.least()) >= 0 && amount.compareTo(attempt.most()) <= 0;
    }

    private boolean isOurs(Money amount) {
        return amount.currency().equals(zero.currency());
    }

    /** The attempt that a transaction belongs to, by its cart or its reference. */
    private Attempt attemptOf(LedgerEntry entry) {
        return attempts.stream()
                .filter(it -> it.cartId().equals(entry.cartId()) || entry.ref().equals(it.ref()))
                .findFirst()
                .orElse(attempts.get(0));
    }

    private static Money sum(List<LedgerEntry> of, Money like) {
        Money sum = Money.zero(like.currency());
        for (LedgerEntry entry : of) {
            Money amount = entry.moved();
            sum = amount != null && amount.currency().equals(like.currency()) ? sum.plus(amount) : sum;
        }
        return sum;
    }

    /** Never below zero: the gateway's books can give back more of a transaction than it took. */
    private static Money less(Money amount, Money by) {
        return by.compareTo(amount) >= 0 ? Money.zero(amount.currency()) : amount.minus(by);
    }

    // ---- the status

    private PaymentStatus standing() {
        Money paid = taken();
        if (paid.isPositive()) {
            if (refunded.isPositive()) {
                return refunded.compareTo(paid) >= 0 ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED;
            }
            boolean captured = order.mode() == ChargeMode.AUTHORIZE
                    && taken.stream().anyMatch(it -> it.counts() && it.role() == Role.CAPTURE);
            return captured ? PaymentStatus.CAPTURED : PaymentStatus.SUCCEEDED;
        }
        if (held.stream().anyMatch(Source::counts)) {
            return PaymentStatus.AUTHORIZED;
        }
        if (undone) {
            return PaymentStatus.VOIDED;
        }
        if (isWaiting()) {
            return PaymentStatus.PROCESSING;
        }
        return unpaid();
    }

    /** The payer has done something whose end is open: at the gateway, or with a person. */
    private boolean isWaiting() {
        boolean pending = entries.values().stream().anyMatch(it -> it.isPending() && isOpenRoot(it));
        return pending
                || mismatches.stream()
                        .map(Mismatch::entry)
                        .anyMatch(it -> moved(it) && (roleOf(it).isRoot() || roleOf(it) == Role.CAPTURE));
    }

    /** A request that has led to a payment, or to the end of one, is itself no longer waited for. */
    private boolean isOpenRoot(LedgerEntry entry) {
        return roleOf(entry).isRoot()
                && !isSetAside(entry)
                && children(entry.ref()).stream().noneMatch(it -> roleOf(it).isRoot() && (moved(it) || it.isFailed()));
    }

    private PaymentStatus unpaid() {
        Attempt latest = latest();
        Optional<LedgerEntry> end = endOf(latest);
        if (end.isPresent()) {
            return switch (end.get().state()) {
                case EXPIRED -> PaymentStatus.EXPIRED;
                case CANCELLED -> PaymentStatus.CANCELLED;
                case UNANSWERED -> tookNothing() ? PaymentStatus.FAILED : PaymentStatus.UNKNOWN;
                default -> PaymentStatus.FAILED;
            };
        }
        return switch (latest.state()) {
            case READY, SENDING -> PaymentStatus.CREATED;
            case UNKNOWN -> PaymentStatus.UNKNOWN;
            case OPEN -> PaymentStatus.INITIATED;
            case ANSWERED -> latest.ref() == null ? PaymentStatus.FAILED : answered(latest.ref());
            case REFUSED -> PaymentStatus.FAILED;
            case LAPSED -> PaymentStatus.EXPIRED;
        };
    }

    private boolean tookNothing() {
        return latest().state() == AttemptState.REFUSED;
    }

    /** An answer that says nothing of money is no answer; one about which a person decided is over. */
    private PaymentStatus answered(TransactionRef ref) {
        return decided.containsKey(ref) ? PaymentStatus.FAILED : PaymentStatus.UNKNOWN;
    }

    /**
     * How the attempt ended without money: by the transaction of its page, or by one that follows it. What an earlier, lost call
     * of the same attempt left behind was never handed out and decides nothing.
     */
    private Optional<LedgerEntry> endOf(Attempt attempt) {
        List<LedgerEntry> its = entries.values().stream()
                .filter(it -> roleOf(it).isRoot() && isOf(attempt, it))
                .toList();
        boolean running = its.stream()
                .anyMatch(it -> it.state() == TransactionState.OPEN && it.ref().equals(attempt.ref()));
        return running
                ? Optional.empty()
                : its.stream()
                        .filter(it -> it.isFailed() || it.state() == TransactionState.UNANSWERED || isSetAside(it))
                        .max(Comparator.comparing((LedgerEntry it) -> it.at() == null ? Instant.MAX : it.at())
                                .thenComparing(it -> it.ref().value()));
    }

    /** A person decided that it does not pay the order, or that what was taken of it does not. */
    private boolean isSetAside(LedgerEntry entry) {
        return isRefusedByAPerson(entry)
                || (!moved(entry) && under(entry, Role.CAPTURE).stream().anyMatch(this::isRefusedByAPerson));
    }

    private boolean isRefusedByAPerson(LedgerEntry entry) {
        Resolution decision = decided.get(entry.ref());
        return decision instanceof Resolution.Keep || decision instanceof Resolution.GiveBack;
    }

    private static boolean isOf(Attempt attempt, LedgerEntry entry) {
        TransactionRef ref = attempt.ref();
        if (entry.ref().equals(ref) || (ref != null && ref.equals(entry.parent()))) {
            return true;
        }
        return attempt.sends() <= 1 && attempt.cartId().equals(entry.cartId());
    }

    private Attempt latest() {
        return attempts.get(attempts.size() - 1);
    }

    // ---- what it says

    /**
     * Where the payment stands.
     *
     * @return its status
     */
    public PaymentStatus status() {
        return status;
    }

    /**
     * How much was taken and not undone, before refunds, in the order's currency.
     *
     * @return the sum; more than was asked for when the payer was charged again
     */
    public Money taken() {
        return total(taken.stream().filter(Source::counts).map(Source::net).toList());
    }

    /**
     * How much was given back of what was taken.
     *
     * @return the sum of all refunds
     */
    public Money refunded() {
        return refunded;
    }

    /**
     * How much is held and may still be taken.
     *
     * @return the sum
     */
    public Money held() {
        return total(held.stream().filter(Source::counts).map(Source::net).toList());
    }

    private Money total(List<Money> parts) {
        Money total = zero;
        for (Money part : parts) {
            total = total.plus(part);
        }
        return total;
    }

    /**
     * How much may still be asked for; what is under way or of unknown outcome counts as done.
     *
     * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
     * @return zero when nothing is left
     */
    public Money left(TransactionKind kind) {
        if (kind == TransactionKind.REFUND) {
            return less(less(taken(), refunded), underWay(Set.of(TransactionKind.REFUND), null));
        }
        return less(held(), underWay(Set.of(TransactionKind.CAPTURE, TransactionKind.VOID), null));
    }

    /**
     * How much may still be asked for of each transaction: a capture or a void is of a hold, a refund is of a charge or of a
     * capture, and the gateway takes no more of one than that one moved.
     *
     * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
     * @return what is left, by transaction, oldest first; those of which nothing is left are not in it. Transactions that do not
     *     pay the order are in it when a person decided that they are given back
     */
    public Map<TransactionRef, Money> leftByTransaction(TransactionKind kind) {
        boolean refund = kind == TransactionKind.REFUND;
        Set<TransactionKind> same =
                refund ? Set.of(TransactionKind.REFUND) : Set.of(TransactionKind.CAPTURE, TransactionKind.VOID);
        Map<TransactionRef, Money> left = new LinkedHashMap<>();
        for (Source source : refund ? taken : held) {
            if (!source.counts() && !(decided.get(source.entry().ref()) instanceof Resolution.GiveBack)) {
                continue;
            }
            Money of = less(source.net(), source.givenBack());
            Money under = underWay(same, source.entry().ref());
            of = under.currency().equals(of.currency()) ? less(of, under) : of;
            if (of.isPositive()) {
                left.put(source.entry().ref(), of);
            }
        }
        return left;
    }

    /** What was asked for and is not told yet, and what the gateway shows as pending, whoever asked for it. */
    private Money underWay(Set<TransactionKind> kinds, @Nullable TransactionRef of) {
        Money sum = of == null ? zero : like(of);
        for (FollowUp open : followUps) {
            boolean counts = open.state().isOpen()
                    && kinds.contains(open.kind())
                    && (of == null || of.equals(open.of()))
                    && !isTold(open);
            sum = counts ? plus(sum, open.amount()) : sum;
        }
        for (LedgerEntry entry : entries.values()) {
            boolean counts = entry.isPending()
                    && kinds.stream().anyMatch(it -> named(it) == roleOf(entry))
                    && (of == null || of.equals(entry.parent()))
                    && followUps.stream()
                            .noneMatch(it ->
                                    entry.ref().equals(it.ref()) || it.cartId().equals(entry.cartId()));
            sum = counts && entry.moved() != null ? plus(sum, entry.moved()) : sum;
        }
        return sum;
    }

    private static Money plus(Money sum, Money amount) {
        return amount.currency().equals(sum.currency()) ? sum.plus(amount) : sum;
    }

    private Money like(TransactionRef of) {
        LedgerEntry entry = entries.get(of);
        Money amount = entry == null ? null : entry.moved();
        return amount == null ? zero : Money.zero(amount.currency());
    }

    /** Whether the ledger already has what the follow-up moved. */
    private boolean isTold(FollowUp followUp) {
        return entries.values().stream()
                .anyMatch(it -> it.isApproved()
                        && (it.ref().equals(followUp.ref()) || followUp.cartId().equals(it.cartId())));
    }

    /**
     * What a person decided about a transaction that differs from what was asked for.
     *
     * @param ref the transaction
     * @return the latest decision, or empty when there is none
     */
    public Optional<Resolution> decision(TransactionRef ref) {
        return Optional.ofNullable(decided.get(ref));
    }

    /**
     * The transaction by which the latest attempt came to nothing.
     *
     * @return the last of them, or empty while the attempt is open or has taken money
     */
    public Optional<LedgerEntry> end() {
        return endOf(latest());
    }

    /**
     * What a transaction is to this payment.
     *
     * @param ref the transaction
     * @return its role; {@link Role#UNCLEAR} for one that is not on record
     */
    public Role role(TransactionRef ref) {
        return roles.getOrDefault(ref, Role.UNCLEAR);
    }

    /**
     * A transaction on record.
     *
     * @param ref the gateway's name for it
     * @return the entry, or empty when the gateway never showed it
     */
    public Optional<LedgerEntry> entry(TransactionRef ref) {
        return Optional.ofNullable(entries.get(ref));
    }

    /**
     * The transactions that differ from what was asked for and about which nobody has decided.
     *
     * @return oldest first
     */
    public List<Mismatch> mismatches() {
        return List.copyOf(mismatches);
    }

    /**
     * Whether a transaction took or holds money that counts for the order.
     *
     * @param ref the transaction
     * @return false for one that was undone as a whole, differs from the order, or moved nothing
     */
    public boolean pays(TransactionRef ref) {
        return taken.stream()
                        .anyMatch(it -> it.counts()
                                && it.entry().ref().equals(ref)
                                && it.net().isPositive())
                || held.stream().anyMatch(it -> it.counts() && it.entry().ref().equals(ref));
    }

    /**
     * Whether the payer may be asked to pay again: the latest attempt is over, nothing was taken or is held, and nothing is
     * open.
     *
     * @return true after a decline, an expiry or a cancellation
     */
    public boolean mayRetry() {
        return status == PaymentStatus.FAILED || status == PaymentStatus.EXPIRED || status == PaymentStatus.CANCELLED;
    }

    /**
     * The money that moved and was not undone, for reports.
     *
     * @return oldest first
     */
    public List<MoneyMove> moves() {
        List<MoneyMove> moves = new ArrayList<>();
        for (Source source : taken) {
            if (source.counts() && source.net().isPositive()) {
                moves.add(move(source.entry(), kind(source.role()), source.net()));
            }
        }
        for (Source source : held) {
            if (source.counts()) {
                moves.add(move(source.entry(), TransactionKind.AUTHORIZATION, source.net()));
            }
        }
        for (LedgerEntry entry : entries.values()) {
            Money amount = entry.moved();
            boolean back = roleOf(entry) == Role.REFUND && entry.isApproved() && isOfWhatPays(entry);
            if (back && amount != null && isOurs(amount)) {
                moves.add(move(entry, TransactionKind.REFUND, amount));
            }
        }
        moves.sort(Comparator.comparing(MoneyMove::recordedAt));
        return moves;
    }

    private static TransactionKind kind(Role role) {
        return role == Role.CAPTURE ? TransactionKind.CAPTURE : TransactionKind.SALE;
    }

    private static MoneyMove move(LedgerEntry entry, TransactionKind kind, Money amount) {
        return new MoneyMove(entry.ref(), kind, amount, entry.changedAt());
    }
}
