package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.store.OutboxEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was written and what was heard in a run, and what of that must hold beside the gateway's true books. */
final class Chronicle {
    private final SimulatedGateway gateway;
    private final Set<String> heard = new HashSet<>();
    private final Set<String> recorded = new HashSet<>();
    private final Set<String> wrong = new TreeSet<>();
    private final Map<PaymentId, List<PaymentEvent>> events = new HashMap<>();

    Chronicle(SimulatedGateway gateway) {
        this.gateway = gateway;
    }

    void heard(String id) {
        heard.add(id);
    }

    void heard(OutboxEntry entry) {
        heard(entry.id());
    }

    void written(Payment payment, List<OutboxEntry> entries) {
        for (OutboxEntry entry : entries) {
            if (!recorded.add(entry.id())) {
                wrong.add("event " + entry.id() + " was recorded twice");
            }
            events.computeIfAbsent(payment.id(), any -> new ArrayList<>()).add(entry.event());
            if (entry.event() instanceof PaymentEvent.PaymentFailed failed && !isTrue(payment, failed)) {
                wrong.add("failed without a reason: " + failed);
            }
        }
    }

    /** A payment fails because the gateway said no, of a transaction or of the call, or because a person says so. */
    private boolean isTrue(Payment payment, PaymentEvent.PaymentFailed failed) {
        if (!payment.decisions().isEmpty()) {
            return true;
        }
        SimulatedGateway.Entry entry = failed.tranRef() == null ? null : gateway.books.get(failed.tranRef());
        return entry == null
                ? payment.attempts().stream().map(Attempt::cartId).anyMatch(gateway.refused::contains)
                : entry.everFailed;
    }

    private List<PaymentEvent> events(Payment payment) {
        return events.getOrDefault(payment.id(), List.of());
    }

    // ---- what must hold

    Optional<String> violation(Payment payment) {
        if (!wrong.isEmpty()) {
            return Optional.of(wrong.toString());
        }
        return Stream.<Supplier<Optional<String>>>of(
                        () -> charges(payment),
                        () -> sums(payment),
                        () -> followUps(payment),
                        () -> finality(payment),
                        () -> told(payment),
                        () -> mismatches(payment),
                        () -> history(payment),
                        () -> delivery(payment))
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private List<SimulatedGateway.Entry> family(Payment payment) {
        return gateway.books.values().stream()
                .filter(it -> it.order.cartId().equals(payment.order().cartId()) && !it.isGarbage)
                .toList();
    }

    private static boolean hasMoney(SimulatedGateway.Entry entry) {
        return entry.isApproved() && !entry.isGarbage;
    }

    /** What we sent charged once for each attempt at most. */
    private Optional<String> charges(Payment payment) {
        Map<CartId, Integer> charges = new HashMap<>();
        for (SimulatedGateway.Entry entry : family(payment)) {
            if (entry.isRoot() && entry.ours && hasMoney(entry) && charges.merge(entry.cart, 1, Integer::sum) > 1) {
                return Optional.of(entry.cart + " was charged more than once");
            }
        }
        return Optional.empty();
    }

    /** Taken, given back and held, to the last unit: the gateway's books against our record. */
    private Optional<String> sums(Payment payment) {
        Map<TransactionRef, Resolution> decided = new HashMap<>();
        for (Decision decision : payment.decisions()) {
            Optional.ofNullable(about(decision.resolution())).ifPresent(it -> decided.put(it, decision.resolution()));
        }
        long taken = 0;
        long refunded = 0;
        long held = 0;
        for (SimulatedGateway.Entry entry : family(payment)) {
            boolean hold = entry.kind == TransactionKind.AUTHORIZATION || entry.held;
            boolean source = entry.isRoot() || entry.kind == TransactionKind.CAPTURE;
            if (!hasMoney(entry) || !source || isSetAside(entry, decided)) {
                continue;
            }
            long net = entry.amount.minorUnits();
            for (SimulatedGateway.Entry child : gateway.children(entry)) {
                if (hasMoney(child)) {
                    boolean back = child.kind == TransactionKind.REFUND;
                    net -= back ? 0 : child.amount.minorUnits();
                    refunded += back ? child.amount.minorUnits() : 0;
                }
            }
            taken += hold ? 0 : net;
            boolean holds = entry.kind == TransactionKind.AUTHORIZATION
                    || (entry.held && entry.toldReleased == TransactionState.APPROVED);
            held += holds ? net : 0;
        }
        String books = taken + " taken, " + refunded + " refunded, " + held + " held";
        String ours =
                payment.taken().minorUnits() + " taken, " + payment.refunded().minorUnits() + " refunded, "
                        + payment.ledger().held().minorUnits() + " held";
        return books.equals(ours)
                ? Optional.empty()
                : Optional.of("gateway has " + books + ", our record says " + ours);
    }

    private static @Nullable TransactionRef about(Resolution resolution) {
        if (resolution instanceof Resolution.Keep keep) {
            return keep.ref();
        }
        if (resolution instanceof Resolution.GiveBack giveBack) {
            return giveBack.ref();
        }
        return resolution instanceof Resolution.AcceptAsPaid accept ? accept.ref() : null;
    }

    /** Money that a person decided does not pay the order. */
    private static boolean isSetAside(SimulatedGateway.Entry entry, Map<TransactionRef, Resolution> decided) {
        Resolution decision = decided.get(entry.ref);
        if (decision != null) {
            return !(decision instanceof Resolution.AcceptAsPaid);
        }
        return entry.parent != null && isSetAside(entry.parent, decided);
    }

    /** Each of ours moved money once or not at all, and our record says which. */
    private Optional<String> followUps(Payment payment) {
        for (FollowUp followUp : payment.followUps()) {
            List<SimulatedGateway.Entry> done = family(payment).stream()
                    .filter(it -> it.cart.equals(followUp.cartId()) && it.isApproved())
                    .toList();
            if (done.size() > 1) {
                return Optional.of(followUp.key() + " moved money twice");
            }
            TransactionRef ref = done.isEmpty() ? null : done.get(0).ref;
            boolean agrees = (followUp.state() == FollowUpState.DONE) == (ref != null)
                    && (ref == null || ref.equals(followUp.ref()));
            boolean undoneSince = followUp.state() == FollowUpState.DONE
                    && family(payment).stream()
                            .anyMatch(it -> it.cart.equals(followUp.cartId())
                                    && it.state == TransactionState.VOIDED
                                    && it.ref.equals(followUp.ref()));
            boolean madeElsewhere = followUp.kind() == TransactionKind.VOID && followUp.state() == FollowUpState.DONE;
            if (!agrees && !undoneSince && !(ref == null && madeElsewhere)) {
                return Optional.of(followUp.cartId() + " is " + followUp.state() + " " + followUp.ref()
                        + ", and the gateway has " + done);
            }
            if (followUp.state().isOpen()) {
                return Optional.of(followUp.cartId() + " never came to an end");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> finality(Payment payment) {
        boolean resumable =
                payment.status() == PaymentStatus.CREATED && payment.attempt().state() == AttemptState.READY;
        if (!payment.status().isSettled() && !resumable) {
            return Optional.of("never came to an end");
        }
        return payment.isUndecided() ? Optional.of("still waits for a person") : Optional.empty();
    }

    /** Nobody hears of a paid order twice, and of every other charge somebody hears. */
    private Optional<String> told(Payment payment) {
        List<PaymentEvent> events = events(payment);
        long succeeded = events.stream()
                .filter(PaymentEvent.PaymentSucceeded.class::isInstance)
                .count();
        boolean paid = payment.order().mode() == ChargeMode.SALE
                && payment.history().stream().map(HistoryEntry::status).anyMatch(PAID::contains);
        if (paid && succeeded == 0) {
            return Optional.of("was never told as paid: " + events);
        }
        if ((payment.paidAt() != null) != (succeeded > 0)) {
            return Optional.of("does not know whether it was told as paid: " + payment.paidAt());
        }
        if (succeeded > 1) {
            return Optional.of("was told as paid more than once: " + events);
        }
        Set<TransactionRef> authorised = new HashSet<>();
        Set<TransactionRef> named = new HashSet<>();
        for (PaymentEvent event : events) {
            if (event instanceof PaymentEvent.PaymentSucceeded it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentAuthorized it) {
                named.add(it.tranRef());
                if (!authorised.add(it.tranRef())) {
                    return Optional.of("was told as authorised more than once: " + events);
                }
            } else if (event instanceof PaymentEvent.PaymentChargedAgain it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentMismatch it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentCaptured it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentRefunded it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentVoided it) {
                named.add(it.tranRef());
            } else if (event instanceof PaymentEvent.PaymentReleased it) {
                named.add(it.tranRef());
            }
        }
        for (SimulatedGateway.Entry entry : family(payment)) {
            boolean released = entry.kind == TransactionKind.AUTHORIZATION || entry.held;
            boolean byItsChild = released && gateway.children(entry).stream().anyMatch(it -> named.contains(it.ref));
            if (hasMoney(entry) && !named.contains(entry.ref) && !byItsChild) {
                return Optional.of("nobody was told of " + entry + ": " + events);
            }
        }
        return Optional.empty();
    }

    /** What the gateway was allowed to take is no mismatch. */
    private Optional<String> mismatches(Payment payment) {
        Allowance allowance = gateway.allowance(payment.order());
        for (PaymentEvent event : events(payment)) {
            if (event instanceof PaymentEvent.PaymentMismatch mismatch
                    && mismatch.difference().equals("amount")) {
                SimulatedGateway.Entry entry = gateway.books.get(mismatch.tranRef());
                Money amount = entry == null ? null : entry.amount;
                boolean fits = amount != null
                        && entry.isRoot()
                        && amount.currency().equals(allowance.least().currency())
                        && amount.compareTo(allowance.least()) >= 0
                        && amount.compareTo(allowance.most()) <= 0;
                if (fits) {
                    return Optional.of("told as a mismatch: " + entry);
                }
            }
        }
        return Optional.empty();
    }

    private static final Set<PaymentStatus> PAID =
            Set.of(PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED);

    private static final Set<PaymentStatus> UNPAID = Set.of(
            PaymentStatus.CREATED,
            PaymentStatus.INITIATED,
            PaymentStatus.UNKNOWN,
            PaymentStatus.FAILED,
            PaymentStatus.EXPIRED,
            PaymentStatus.CANCELLED);

    private static Optional<String> history(Payment payment) {
        List<HistoryEntry> history = payment.history();
        for (int i = 1; i < history.size(); i++) {
            PaymentStatus from = history.get(i - 1).status();
            PaymentStatus to = history.get(i).status();
            // a hold that has lapsed leaves what is known besides
            boolean lapsed = from == PaymentStatus.AUTHORIZED
                    && payment.entries().stream().anyMatch(it -> it.state() == TransactionState.EXPIRED);
            boolean again = to == PaymentStatus.CREATED
                    && !lapsed
                    && from != PaymentStatus.UNKNOWN
                    && from != PaymentStatus.FAILED
                    && from != PaymentStatus.EXPIRED
                    && from != PaymentStatus.CANCELLED
                    // an earlier attempt came to nothing late, while the next waits to be sent
                    && !(from == PaymentStatus.PROCESSING && payment.attempts().size() > 1);
            boolean undone = !UNPAID.contains(from)
                    && from != PaymentStatus.PROCESSING
                    && (UNPAID.contains(to) || to == PaymentStatus.PROCESSING)
                    && !lapsed;
            boolean decided =
                    to == PaymentStatus.PROCESSING && !payment.decisions().isEmpty();
            if (from == to || again || (undone && !decided)) {
                return Optional.of("went from " + from + " to " + to);
            }
            if (history.get(i).at().isBefore(history.get(i - 1).at())) {
                return Optional.of("went back in time");
            }
        }
        if (history.get(history.size() - 1).status() != payment.status()) {
            return Optional.of("has a history that ends elsewhere");
        }
        return payment.revision().events() < history.size() - 1L
                ? Optional.of("has fewer events than changes")
                : Optional.empty();
    }

    /** Every event that the record counts was recorded once and heard. */
    private Optional<String> delivery(Payment payment) {
        List<Long> missing = LongStream.rangeClosed(1, payment.revision().events())
                .filter(number -> !heard.contains(payment.id() + "/" + number))
                .boxed()
                .toList();
        if (!missing.isEmpty()) {
            return Optional.of("events " + missing + " were never delivered");
        }
        long known =
                heard.stream().filter(id -> id.startsWith(payment.id() + "/")).count();
        return known > payment.revision().events() ? Optional.of("has events beyond its count") : Optional.empty();
    }
}
