package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.mismatched;
import static io.nestcms.payment.contract.Samples.payment;
import static io.nestcms.payment.contract.Samples.shown;
import static io.nestcms.payment.contract.Samples.slowlyDueAt;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.DueBacklog;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link PaymentStore} does. Extend it with a store that is empty at each test. */
public abstract class PaymentStoreContract {
    static final Duration LEASE = Duration.ofSeconds(30);

    /** A store without payments, the same one for all calls within a test. */
    protected abstract PaymentStore store();

    /** A store over the same records, as another node has it; the same one where records are in one process. */
    protected PaymentStore otherNode() {
        return store();
    }

    @Test
    void find_afterInsert_givesTheSamePayment() {
        Payment payment = payment("a");

        assertThat(store().insert(payment, entries(payment, 1, 1))).isInstanceOf(Insertion.Inserted.class);

        assertThat(store().find(payment.id())).contains(payment);
        assertThat(store().findByCart(payment.order().cartId())).contains(payment);
        assertThat(store().find(new PaymentId("other"))).isEmpty();
        assertThat(store().findByCart(new CartId("other"))).isEmpty();
    }

    @Test
    void find_afterReplace_givesEveryField() {
        Payment before = payment("a");
        Payment after = full(before);
        store().insert(before, List.of());

        assertThat(store().replace(after, entries(before, 2, 2))).isTrue();

        assertThat(store().find(before.id())).contains(after);
    }

    @Test
    void find_orderWithEveryWish_givesThemAll() {
        Payment payment = Samples.of(Samples.wishes(payment("wishes").order()), payment("wishes"));

        store().insert(payment, List.of());

        assertThat(store().find(payment.id())).contains(payment);
        Payment next = dueAt(payment, NOON);
        assertThat(store().replace(next, List.of())).isTrue();
        assertThat(store().find(payment.id())).contains(next);
    }

    @Test
    void find_everyWayToPay_givesIt() {
        for (PaymentMethod method : Samples.methods()) {
            Payment like = payment("way-" + Samples.methods().indexOf(method));
            Payment payment = Samples.of(
                    PaymentOrder.builder(like.order().cartId(), like.order().amount())
                            .description("x")
                            .customer(like.order().customer())
                            .method(method)
                            .build(),
                    like);

            store().insert(payment, List.of());

            assertThat(store().find(payment.id())).contains(payment);
        }
    }

    @Test
    void insert_keyTaken_givesTheExistingPaymentAndWritesNothing() {
        Payment first = payment("a");
        Payment second = payment("b", "shop", "key-a", "cart-b", NOON);
        store().insert(first, List.of());

        assertThat(store().insert(second, entries(second, 1, 1))).isEqualTo(new Insertion.KeyTaken(first));

        assertThat(store().find(second.id())).isEmpty();
        assertThat(store().outbox().backlog().payments()).isZero();
    }

    @Test
    void insert_sameKeyInAnotherScope_isAnotherKey() {
        store().insert(payment("a"), List.of());

        assertThat(store().insert(payment("b", "other", "key-a", "cart-b", NOON), List.of()))
                .isInstanceOf(Insertion.Inserted.class);
    }

    @Test
    void insert_cartTaken_writesNothing() {
        store().insert(payment("a"), List.of());

        assertThat(store().insert(payment("b", "shop", "key-b", "cart-a", NOON), List.of()))
                .isInstanceOf(Insertion.CartTaken.class);

        assertThat(store().find(new PaymentId("b"))).isEmpty();
    }

    @Test
    void insert_keyAndCartTaken_tellsOfTheKeyFirst() {
        Payment first = payment("a");
        store().insert(first, List.of());
        store().insert(payment("b"), List.of());

        assertThat(store().insert(payment("c", "shop", "key-a", "cart-a", NOON), List.of()))
                .isEqualTo(new Insertion.KeyTaken(first));
        assertThat(store().insert(payment("d", "shop", "key-a", "cart-b", NOON), List.of()))
                .isEqualTo(new Insertion.KeyTaken(first));
    }

    @Test
    void replace_staleVersion_isRefusedAndWritesNoEvent() {
        Payment first = payment("a");
        Payment second = dueAt(first, NOON);
        store().insert(first, List.of());
        store().replace(second, List.of());

        assertThat(store().replace(dueAt(first, null), entries(first, 2, 1))).isFalse();

        assertThat(store().find(first.id())).contains(second);
        assertThat(store().outbox().backlog().payments()).isZero();
    }

    @Test
    void replace_noSuchPayment_isRefused() {
        assertThat(store().replace(dueAt(payment("a"), NOON), List.of())).isFalse();
    }

    final Payment stored(Payment later) {
        store().insert(payment(later.id().value()), List.of());
        assertThat(store().replace(later, List.of())).isTrue();
        return later;
    }

    final List<Payment> payments(List<DuePayment> due) {
        return due.stream()
                .filter(DuePayment.Found.class::isInstance)
                .map(one -> ((DuePayment.Found) one).payment())
                .toList();
    }

    @Test
    void claimDue_timeHasCome_givesLongestOverdueFirst() {
        Payment late = stored(dueAt(payment("late"), NOON.minusSeconds(10)));
        Payment later = stored(dueAt(payment("later"), NOON.minusSeconds(60)));
        Payment future = stored(dueAt(payment("future"), NOON.plusSeconds(1)));
        stored(dueAt(payment("never"), null));

        assertThat(payments(store().claimDue(false, NOON, LEASE, 1))).containsExactly(later);
        assertThat(payments(store().claimDue(false, NOON, LEASE, 10))).containsExactly(late);
        assertThat(payments(store().claimDue(false, NOON.plusSeconds(1), LEASE, 10)))
                .containsExactly(future);
    }

    @Test
    void claimDue_claimed_isForNobodyElseUntilItsLeaseEnds() {
        Payment due = stored(dueAt(payment("a"), NOON));
        assertThat(payments(store().claimDue(false, NOON, LEASE, 10))).containsExactly(due);

        assertThat(otherNode().claimDue(false, NOON.plus(LEASE).minusNanos(1), LEASE, 10))
                .isEmpty();

        assertThat(payments(otherNode().claimDue(false, NOON.plus(LEASE), LEASE, 10)))
                .containsExactly(due);
        assertThat(store().find(due.id())).as("claiming is no change").contains(due);
    }

    @Test
    void claimDue_lanes_areApart() {
        Payment fresh = stored(dueAt(payment("fresh"), NOON));
        Payment slow = stored(slowlyDueAt(payment("slow"), NOON.minusSeconds(9)));

        assertThat(payments(store().claimDue(false, NOON, LEASE, 10))).containsExactly(fresh);
        assertThat(payments(store().claimDue(true, NOON, LEASE, 10))).containsExactly(slow);
        assertThat(store().find(slow.id())).contains(slow);
    }

    @Test
    void replace_betweenLanes_movesItOver() {
        Payment slow = stored(slowlyDueAt(payment("a"), NOON));
        Payment fresh = dueAt(slow, NOON);
        store().replace(fresh, List.of());

        assertThat(store().claimDue(true, NOON, LEASE, 10)).isEmpty();
        assertThat(payments(store().claimDue(false, NOON, LEASE, 10))).containsExactly(fresh);

        Payment resting = slowlyDueAt(fresh, null);
        store().replace(resting, List.of());
        assertThat(store().claimDue(false, NOON.plus(LEASE), LEASE, 10)).isEmpty();
        assertThat(store().find(resting.id())).contains(resting);
    }

    @Test
    void replace_claimedPayment_endsTheClaim() {
        Payment due = stored(dueAt(payment("a"), NOON));
        store().claimDue(false, NOON, LEASE, 10);
        Payment again = dueAt(due, NOON.plusSeconds(1));

        assertThat(store().replace(again, List.of())).isTrue();

        assertThat(payments(otherNode().claimDue(false, NOON.plusSeconds(1), LEASE, 10)))
                .containsExactly(again);
    }

    @Test
    void replace_refused_leavesTheClaim() {
        Payment due = stored(dueAt(payment("a"), NOON));
        store().claimDue(false, NOON, LEASE, 10);

        assertThat(store().replace(due, List.of())).isFalse();

        assertThat(store().claimDue(false, NOON, LEASE, 10)).isEmpty();
    }

    @Test
    void putOff_claimedPayment_restsAndKeepsItsPlace() {
        Payment oldest = stored(dueAt(payment("oldest"), NOON.minusSeconds(60)));
        Payment younger = stored(dueAt(payment("younger"), NOON.minusSeconds(10)));
        assertThat(store().claimDue(false, NOON, LEASE, 1)).hasSize(1);

        store().putOff(oldest.id(), NOON.plusSeconds(5));
        store().putOff(oldest.id(), NOON.plusSeconds(5));
        store().putOff(new PaymentId("none"), NOON);

        assertThat(store().claimDue(false, NOON.plusSeconds(4), Duration.ofSeconds(1), 1))
                .extracting(one -> ((DuePayment.Found) one).payment())
                .containsExactly(younger);
        assertThat(payments(otherNode().claimDue(false, NOON.plusSeconds(5), LEASE, 10)))
                .containsExactly(oldest, younger);
        assertThat(store().find(oldest.id())).contains(oldest);
        assertThat(store().find(new PaymentId("none"))).isEmpty();
    }

    @Test
    void claimDue_fromManyThreadsOfTwoNodes_givesEachOnce() throws Exception {
        for (int n = 0; n < 40; n++) {
            stored(dueAt(payment("p" + n, "shop", "k" + n, "cart-p" + n, NOON), NOON));
        }

        List<List<DuePayment>> claims =
                race(8, n -> (n % 2 == 0 ? store() : otherNode()).claimDue(false, NOON, LEASE, 10));

        assertThat(claims.stream().flatMap(claim -> payments(claim).stream()).map(Payment::id))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void backlog_dueOfBothLanes_areCountedUpToTheLimit() {
        assertThat(store().backlog(NOON, 10)).isEqualTo(new DueBacklog(0, null));
        stored(dueAt(payment("a"), NOON.minusSeconds(10)));
        stored(dueAt(payment("b"), NOON.minusSeconds(20)));
        stored(slowlyDueAt(payment("c"), NOON.minusSeconds(30)));
        stored(dueAt(payment("d"), NOON.plusSeconds(1)));
        store().claimDue(false, NOON, LEASE, 1);

        assertThat(store().backlog(NOON, 10)).isEqualTo(new DueBacklog(3, NOON.minusSeconds(30)));
        assertThat(store().backlog(NOON, 2)).isEqualTo(new DueBacklog(2, NOON.minusSeconds(30)));
        assertThat(store().backlog(NOON.minusSeconds(25), 10)).isEqualTo(new DueBacklog(1, NOON.minusSeconds(30)));
    }

    @Test
    void findByCart_cartOfAnAttemptOrAFollowUp_givesThePayment() {
        Payment other = payment("b");
        store().insert(other, List.of());
        Payment full = stored(full(payment("a")));

        assertThat(store().findByCart(CartId.ofAttempt(full.id(), 2))).contains(full);
        assertThat(store().findByCart(CartId.ofFollowUp(full.id(), 3))).contains(full);
        assertThat(store().findByCart(full.order().cartId())).contains(full);
        assertThat(store().findByCart(other.order().cartId())).contains(other);
        assertThat(store().findByCart(CartId.ofFollowUp(full.id(), 4))).isEmpty();
    }

    @Test
    void findByReference_ofAttemptFollowUpOrEntry_givesThePayment() {
        store().insert(payment("b"), List.of());
        Payment full = stored(full(payment("a")));

        for (String ref : List.of("TST1", "TST2", "TST9")) {
            assertThat(store().findByReference(new TransactionRef(ref))).as(ref).contains(full);
        }
        assertThat(store().findByReference(new TransactionRef("TST3"))).isEmpty();
    }

    @Test
    void undecided_untilDecided_areListedLongestWaitingFirst() {
        store().insert(payment("fine"), List.of());
        Payment young = stored(mismatched(payment("young", "shop", "key-y", "cart-young", NOON.plusSeconds(5))));
        Payment old = stored(mismatched(payment("old")));
        Payment left = stored(full(payment("left", "shop", "key-left", "cart-left", NOON.plusSeconds(60))));
        Payment writtenAgain = dueAt(
                old.toBuilder()
                        .revision(new Revision(
                                old.revision().version(),
                                old.revision().events(),
                                old.revision().createdAt(),
                                NOON.plusSeconds(600)))
                        .build(),
                NOON);
        store().replace(writtenAgain, List.of());

        assertThat(store().undecided(10)).containsExactly(writtenAgain, young, left);
        assertThat(store().undecided(1)).containsExactly(writtenAgain);

        Payment decided = shown(writtenAgain);
        store().replace(decided, List.of());
        assertThat(otherNode().undecided(10)).containsExactly(young, left);
    }

    @Test
    void undecided_insertedSo_isListed() {
        Payment born = payment("a").toBuilder()
                .entries(mismatched(payment("a")).entries())
                .build();
        store().insert(born, List.of());

        assertThat(store().undecided(10)).containsExactly(born);
    }

    @Test
    void evidence_shown_isRememberedByProfileAndKindForAllNodes() {
        GatewayEvidence evidence = store().evidence();
        assertThat(evidence.isShown("profile-1", TransactionKind.REFUND)).isFalse();

        evidence.shown("profile-1", TransactionKind.REFUND);
        evidence.shown("profile-1", TransactionKind.REFUND);
        otherNode().evidence().shown("profile-1", TransactionKind.VOID);

        for (PaymentStore node : List.of(store(), otherNode())) {
            assertThat(node.evidence().isShown("profile-1", TransactionKind.REFUND))
                    .isTrue();
            assertThat(node.evidence().isShown("profile-1", TransactionKind.VOID))
                    .isTrue();
            assertThat(node.evidence().isShown("profile-1", TransactionKind.CAPTURE))
                    .isFalse();
            assertThat(node.evidence().isShown("profile-2", TransactionKind.REFUND))
                    .isFalse();
        }
    }

    @Test
    void evidence_shownByManyThreadsAtOnce_losesNone() throws Exception {
        List<TransactionKind> kinds =
                List.of(TransactionKind.CAPTURE, TransactionKind.VOID, TransactionKind.REFUND, TransactionKind.RELEASE);

        race(8, n -> {
            (n % 2 == 0 ? store() : otherNode()).evidence().shown("profile", kinds.get(n / 2));
            return n;
        });

        assertThat(kinds).allMatch(kind -> store().evidence().isShown("profile", kind));
    }

    @Test
    void list_pages_newestFirst() {
        List<Payment> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Payment payment = payment("p" + i, i == 0 ? "other" : "shop", "k" + i, "c" + i, NOON.plusSeconds(i));
            newestFirst.add(0, payment);
            store().insert(payment, List.of());
        }

        PaymentPage first = store().list(PaymentQuery.newest(2));
        store().insert(payment("later", "shop", "kl", "cl", NOON.plusSeconds(9)), List.of());
        PaymentPage second = store().list(PaymentQuery.newest(2).from(first.next()));
        PaymentPage last = store().list(PaymentQuery.newest(2).from(second.next()));

        assertThat(first.items()).containsExactlyElementsOf(newestFirst.subList(0, 2));
        assertThat(second.items()).containsExactlyElementsOf(newestFirst.subList(2, 4));
        assertThat(last.items()).containsExactlyElementsOf(newestFirst.subList(4, 5));
        assertThat(last.next()).isNull();
        assertThat(store().list(new PaymentQuery("shop", null, PaymentCursor.of(newestFirst.get(0)), 10))
                        .items())
                .containsExactlyElementsOf(newestFirst.subList(1, 4));
        assertThat(store().list(new PaymentQuery("shop", PaymentStatus.CREATED, second.next(), 10))
                        .items())
                .isEmpty();
        assertThat(store().list(new PaymentQuery(null, PaymentStatus.SUCCEEDED, null, 10))
                        .items())
                .isEmpty();
    }

    @Test
    void list_ofOneMoment_showsEachOnce() {
        for (int i = 0; i < 7; i++) {
            store().insert(payment("p" + i, "shop", "k" + i, "c" + i, NOON), List.of());
        }
        List<String> seen = new ArrayList<>();
        PaymentCursor next = null;
        do {
            PaymentPage page = store().list(PaymentQuery.newest(2).from(next));
            page.items().forEach(payment -> seen.add(payment.id().value()));
            next = page.next();
        } while (next != null);

        assertThat(seen).containsExactly("p6", "p5", "p4", "p3", "p2", "p1", "p0");
    }

    @Test
    void count_isOfScopeAndStatus_andBounded() {
        for (int i = 0; i < 5; i++) {
            store().insert(payment("p" + i, i == 0 ? "other" : "shop", "k" + i, "c" + i, NOON), List.of());
        }

        assertThat(store().count(PaymentQuery.newest(1), 100)).isEqualTo(5);
        assertThat(store().count(PaymentQuery.newest(1), 3)).isEqualTo(3);
        assertThat(store().count(new PaymentQuery("shop", PaymentStatus.CREATED, null, 1), 100))
                .isEqualTo(4);
        assertThat(store().count(new PaymentQuery(null, PaymentStatus.SUCCEEDED, null, 1), 100))
                .isZero();
    }

    @Test
    void insert_sameKeyFromManyThreads_letsOneWin() throws Exception {
        List<Insertion> ends = race(16, n -> store().insert(payment("p" + n, "shop", "k", "c" + n, NOON), List.of()));

        assertThat(ends).filteredOn(Insertion.Inserted.class::isInstance).hasSize(1);
        assertThat(ends).filteredOn(Insertion.KeyTaken.class::isInstance).hasSize(15);
    }

    @Test
    void insert_sameCartFromManyThreads_letsOneWin() throws Exception {
        List<Insertion> ends = race(16, n -> store().insert(payment("p" + n, "shop", "k" + n, "c", NOON), List.of()));

        assertThat(ends).filteredOn(Insertion.Inserted.class::isInstance).hasSize(1);
        assertThat(ends).filteredOn(Insertion.CartTaken.class::isInstance).hasSize(15);
    }

    @Test
    void replace_sameVersionFromManyThreads_letsOneWin() throws Exception {
        Payment first = payment("a");
        store().insert(first, List.of());

        List<Boolean> ends =
                race(16, n -> store().replace(dueAt(first, NOON.plusSeconds(n)), entries(first, 100 + n, 1)));

        assertThat(ends).filteredOn(won -> won).hasSize(1);
        assertThat(store().outbox().claim(OutboxClaim.of("w", Set.of(), NOON.plusSeconds(5), Duration.ofSeconds(1))))
                .hasValueSatisfying(batch -> assertThat(batch.entries()).hasSize(1));
    }

    private static <T> List<T> race(int threads, Entrant<T> entrant) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                calls.add(() -> {
                    start.await();
                    return entrant.run(number);
                });
            }
            List<T> ends = new ArrayList<>();
            for (Future<T> end : pool.invokeAll(calls)) {
                ends.add(end.get());
            }
            return ends;
        } finally {
            pool.shutdownNow();
        }
    }

    /** One of those who race. */
    private interface Entrant<T> {
        T run(int number) throws Exception;
    }
}
