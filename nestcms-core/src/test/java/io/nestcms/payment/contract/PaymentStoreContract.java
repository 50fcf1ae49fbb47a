package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.CartId;
import io.nestcms.payment.Insertion;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.PaymentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link PaymentStore} does. Extend it with a store that is empty at each test. */
public abstract class PaymentStoreContract {
    /** A store without payments, the same one for all calls within a test. */
    protected abstract PaymentStore store();

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

    @Test
    void due_timeHasCome_givesLongestOverdueFirst() {
        Payment late = dueAt(payment("late"), NOON.minusSeconds(10));
        Payment later = dueAt(payment("later"), NOON.minusSeconds(60));
        Payment future = dueAt(payment("future"), NOON.plusSeconds(1));
        Payment never = dueAt(payment("never"), null);
        for (Payment payment : List.of(late, later, future, never)) {
            store().insert(payment(payment.id().value()), List.of());
            store().replace(payment, List.of());
        }

        assertThat(store().due(NOON, 10)).containsExactly(later, late);
        assertThat(store().due(NOON, 1)).containsExactly(later);
        assertThat(store().due(NOON.plusSeconds(1), 10)).containsExactly(later, late, future);
    }

    @Test
    void list_pages_newestFirst() {
        List<Payment> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Payment payment = payment("p" + i, i == 0 ? "other" : "shop", "k" + i, "c" + i, NOON.plusSeconds(i));
            newestFirst.add(0, payment);
            store().insert(payment, List.of());
        }

        PaymentPage second = store().list(new PaymentQuery(null, null, 1, 2));

        assertThat(second.items()).containsExactlyElementsOf(newestFirst.subList(2, 4));
        assertThat(second.total()).isEqualTo(5);
        assertThat(store().list(new PaymentQuery("shop", null, 0, 10)).items())
                .containsExactlyElementsOf(newestFirst.subList(0, 4));
        assertThat(store().list(new PaymentQuery(null, PaymentStatus.SUCCEEDED, 0, 10))
                        .total())
                .isZero();
        assertThat(store().list(new PaymentQuery("shop", PaymentStatus.CREATED, 0, 10))
                        .total())
                .isEqualTo(4);
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
        assertThat(store().outbox().claim("w", NOON.plusSeconds(5), java.time.Duration.ofSeconds(1)))
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
