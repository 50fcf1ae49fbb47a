package io.nestcms.cms.contract.contract;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.terms;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.contract.Bill;
import io.nestcms.cms.contract.Billing;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractAction;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractEvent.InstalmentDue;
import io.nestcms.cms.contract.ContractEvent.InstalmentOverdue;
import io.nestcms.cms.contract.ContractEvent.InstalmentPaid;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.contract.Contracts;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.event.contract.Mischief;
import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent.PaymentProcessing;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.store.PaymentStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of instalments, over any store. Extend it with stores that are empty at each test. */
public abstract class BillingContract {
    private static final Instant FIRST_DUE = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant SECOND_DUE = Instant.parse("2027-01-01T00:00:00Z");

    /** A store without contracts, the same one for all calls within a test. */
    protected abstract ContractStore store();

    /** The payments that the store looks at, none at first. */
    protected abstract PaymentStore payments();

    private final MovingClock clock = new MovingClock(NOON);

    private Billing billing() {
        return new Billing(store(), paymentsOnly(), clock, ZoneOffset.UTC);
    }

    private Payments paymentsOnly() {
        // billing makes payments and never takes one
        PaymentGateway unused = (PaymentGateway) Proxy.newProxyInstance(
                PaymentGateway.class.getClassLoader(),
                new Class<?>[] {PaymentGateway.class},
                (proxy, method, given) -> {
                    throw new AssertionError("the gateway was asked: " + method.getName());
                });
        return Payments.builder(unused, payments()).clock(clock).build();
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void storeThrowsAnythingAtOneContract_othersAreBilled(Throwable anything) {
        ContractId broken = active();
        ContractId sound = active();
        at(FIRST_DUE);
        ContractStore fragile = (ContractStore) Proxy.newProxyInstance(
                ContractStore.class.getClassLoader(), new Class<?>[] {ContractStore.class}, (proxy, method, given) -> {
                    if (method.getName().equals("statement") && given[0].equals(broken)) {
                        throw Mischief.sneak(anything);
                    }
                    try {
                        return method.invoke(store(), given);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });

        new Billing(fragile, paymentsOnly(), clock, ZoneOffset.UTC).run();

        assertThat(bills(sound)).singleElement().matches(bill -> bill.payment() != null);
        assertThat(bills(broken)).isEmpty();
    }

    private ContractId active() {
        Contracts contracts = new Contracts(store(), clock);
        ContractId id = contracts.draft(terms("org")).id();
        contracts.act(id, ContractAction.OFFER);
        contracts.act(id, ContractAction.ACCEPT);
        contracts.act(id, ContractAction.ACTIVATE);
        events();
        return id;
    }

    private void at(Instant moment) {
        clock.advance(Duration.between(clock.instant(), moment));
    }

    private List<Payment> made() {
        return payments().list(PaymentQuery.newest(200)).items();
    }

    private Payment paymentOf(ContractId id, int instalment) {
        Bill bill = bills(id).get(instalment - 1);
        return payments().find(bill.payment()).orElseThrow();
    }

    private List<Bill> bills(ContractId id) {
        return store().find(id).orElseThrow().bills();
    }

    private void take(Payment payment) {
        Instant now = clock.instant();
        Money amount = payment.order().amount();
        Payment taken = payment.toBuilder()
                .attempts(List.of(Attempt.ready(1, payment.order().cartId(), null, amount, now)
                        .sending(now, now.plusSeconds(60), amount, amount)))
                .entries(List.of(Samples.approved("T-" + payment.id(), TransactionKind.SALE, amount, now)))
                .revision(new Revision(payment.revision().version() + 1, 1, now, now))
                .build();
        assertThat(payments().replace(taken, List.of())).isTrue();
    }

    private PaymentProcessing told(PaymentId payment) {
        return new PaymentProcessing(payment, clock.instant(), new TransactionRef("T"));
    }

    /** The events since the last look. */
    private List<ContractEvent> events() {
        List<ContractEvent> found = new ArrayList<>();
        Instant now = clock.instant().plusSeconds(1);
        NoticeClaim<ContractEvent> claim;
        while ((claim = store().outbox().claim(now, Duration.ofMillis(1)).orElse(null)) != null) {
            for (Notice<ContractEvent> notice : claim.notices()) {
                found.add(notice.event());
                store().outbox().delivered(claim, notice);
            }
            store().outbox().release(claim, now);
        }
        return found;
    }

    @Test
    void instalment_onItsDay_becomesOnePayment_howeverOftenItIsLookedAt() {
        ContractId id = active();
        billing().runOnce();
        assertThat(made()).as("nothing is due yet").isEmpty();

        at(FIRST_DUE);
        assertThat(billing().runOnce()).isEqualTo(1);
        assertThat(billing().runOnce()).isZero();

        assertThat(made()).singleElement().satisfies(payment -> {
            assertThat(payment.order().amount()).isEqualTo(Money.parse("KWD 100.000"));
            assertThat(payment.order().contractId()).isEqualTo(id.value());
            assertThat(payment.order().customer().email()).isEqualTo("huda@example.test");
        });
        assertThat(events())
                .containsExactly(new InstalmentDue(
                        id,
                        FIRST_DUE,
                        1,
                        Money.parse("KWD 100.000"),
                        made().get(0).id()));
    }

    @Test
    void instalment_manyNodesAtOnce_becomesOnePayment() throws Exception {
        ContractId id = active();
        at(FIRST_DUE);
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> runs = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                Billing node = billing();
                runs.add(nodes.submit(node::runOnce));
            }
            for (Future<Integer> run : runs) {
                run.get();
            }
        } finally {
            nodes.shutdown();
        }

        assertThat(made()).hasSize(1);
        assertThat(bills(id))
                .singleElement()
                .satisfies(bill ->
                        assertThat(bill.payment()).isEqualTo(made().get(0).id()));
        assertThat(events()).filteredOn(InstalmentDue.class::isInstance).hasSize(1);
    }

    @Test
    void instalment_nodeDiedAfterThePaymentWasMade_isTheSamePayment() {
        ContractId id = active();
        at(FIRST_DUE);
        billing().runOnce();
        Contract billed = store().find(id).orElseThrow();
        Bill bill = billed.bills().get(0);
        Bill unwritten = new Bill(1, bill.amount(), bill.plannedAt(), null, null, null);
        store().replace(new Contract(
                id,
                billed.terms(),
                billed.status(),
                List.of(unwritten),
                billed.version() + 1,
                billed.createdAt(),
                billed.updatedAt()));

        billing().runOnce();

        assertThat(made()).hasSize(1);
        assertThat(bills(id).get(0).payment()).isEqualTo(bill.payment());
    }

    @Test
    void paid_itsPayment_isToldOnce() {
        ContractId id = active();
        at(FIRST_DUE);
        billing().runOnce();
        Payment first = paymentOf(id, 1);
        take(first);
        events();

        billing().paid(told(first.id()));
        billing().paid(told(first.id()));

        assertThat(events()).containsExactly(new InstalmentPaid(id, FIRST_DUE, 1, Money.parse("KWD 100.000")));
        at(FIRST_DUE.plus(Duration.ofDays(9)));
        assertThat(billing().runOnce()).as("it is not overdue").isZero();
    }

    @Test
    void overdue_theDayAfter_isToldOnce_andPaidLaterAllTheSame() {
        ContractId id = active();
        at(FIRST_DUE);
        billing().runOnce();
        events();
        at(FIRST_DUE.plus(Duration.ofDays(1)));
        billing().runOnce();
        billing().runOnce();
        assertThat(events()).containsExactly(new InstalmentOverdue(id, clock.instant(), 1, Money.parse("KWD 100.000")));

        take(paymentOf(id, 1));
        billing().paid(told(paymentOf(id, 1).id()));
        assertThat(events()).containsExactly(new InstalmentPaid(id, clock.instant(), 1, Money.parse("KWD 100.000")));
    }

    @Test
    void instalment_paidBeforehandInPart_asksForTheRestOnly() {
        ContractId id = active();
        payments()
                .insert(
                        ContractSamples.payment(
                                "early",
                                id.value(),
                                NOON,
                                List.of(ContractSamples.move("T1", TransactionKind.SALE, "KWD 150.000", NOON))),
                        List.of());

        at(SECOND_DUE);
        billing().runOnce();

        assertThat(bills(id))
                .extracting(Bill::amount)
                .containsExactly(Money.parse("KWD 0.000"), Money.parse("KWD 150.000"));
        assertThat(made()).hasSize(2);
        assertThat(events())
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactlyInAnyOrder("InstalmentPaid", "InstalmentDue");
    }

    @Test
    void instalment_ofAContractThatIsNotActive_isNotAskedFor() {
        Contracts contracts = new Contracts(store(), clock);
        ContractId draft = contracts.draft(terms("org")).id();
        contracts.act(active(), ContractAction.CANCEL);
        at(SECOND_DUE);

        billing().runOnce();

        assertThat(made()).isEmpty();
        assertThat(bills(draft)).isEmpty();
    }

    @Test
    void instalment_ofABrokenContract_doesNotHoldUpTheOthers() {
        ContractId good = active();
        // its name is too long to make a cart of it
        Contract broken = new Contract(
                new ContractId("0".repeat(64)),
                terms("org"),
                io.nestcms.cms.contract.ContractStatus.ACTIVE,
                1,
                NOON,
                NOON);
        store().insert(broken);
        at(FIRST_DUE);

        assertThat(billing().runOnce()).isEqualTo(1);

        assertThat(bills(good).get(0).payment()).isNotNull();
        assertThat(bills(broken.id()))
                .allSatisfy(bill -> assertThat(bill.payment()).isNull());
    }

    @Test
    void paid_paymentOfAnotherKindOfContract_isLeftAlone() {
        Payment foreign = ContractSamples.payment("p", "not one of ours", NOON, List.of());
        payments().insert(foreign, List.of());

        billing().paid(told(foreign.id()));

        assertThat(events()).isEmpty();
    }

    @Test
    void list_ofAClient_byIdOrAddress() {
        Contract one = ContractSamples.draft("c1", "org", NOON);
        store().insert(one);
        Party other = new Party("client-2", "هدى", "Other@Example.test", null, null);
        var terms = new io.nestcms.cms.contract.ContractTerms(
                "Title",
                other,
                "org",
                null,
                one.terms().workers(),
                one.terms().amount(),
                one.terms().instalments(),
                0);
        Contract two = new Contract(new ContractId("c2"), terms, one.status(), 1, NOON, NOON);
        store().insert(two);
        var all = io.nestcms.cms.contract.ContractQuery.newest(9);

        assertThat(store().list(all.ofClient("client-2"))).containsExactly(two);
        assertThat(store().list(all.ofClientEmail("other@example.TEST"))).containsExactly(two);
        assertThat(store().list(all.ofClientEmail("nobody@example.test"))).isEmpty();
        assertThat(two.toString()).doesNotContain("Example.test").doesNotContain("هدى");
    }
}
