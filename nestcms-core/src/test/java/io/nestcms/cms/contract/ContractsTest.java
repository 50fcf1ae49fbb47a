package io.nestcms.cms.contract;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.move;
import static io.nestcms.cms.contract.contract.ContractSamples.payment;
import static io.nestcms.cms.contract.contract.ContractSamples.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cms.contract.ContractEvent.ContractDrafted;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.cms.contract.ContractResult.Done;
import io.nestcms.cms.contract.ContractResult.NotFound;
import io.nestcms.cms.contract.ContractResult.Refused;
import io.nestcms.cms.contract.contract.BillingContract;
import io.nestcms.cms.contract.contract.ContractOutboxContract;
import io.nestcms.cms.contract.contract.ContractStoreContract;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.cms.outbox.NoticeRelay;
import io.nestcms.cms.outbox.Notices;
import io.nestcms.event.EventBus;
import io.nestcms.event.Redelivery;
import io.nestcms.event.contract.Mischief;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.PaymentStore;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ContractsTest {
    private final PaymentStore payments = new InMemoryPaymentStore();
    private final ContractStore store = new InMemoryContractStore(payments);
    private final Contracts contracts = new Contracts(store, Clock.fixed(NOON, ZoneOffset.UTC));

    @Nested
    class InMemory extends ContractStoreContract {
        @Override
        protected ContractStore store() {
            return store;
        }

        @Override
        protected PaymentStore payments() {
            return payments;
        }
    }

    @Nested
    class InMemoryBilling extends BillingContract {
        @Override
        protected ContractStore store() {
            return store;
        }

        @Override
        protected PaymentStore payments() {
            return payments;
        }
    }

    @Nested
    class InMemoryOutbox extends ContractOutboxContract {
        @Override
        protected ContractStore store() {
            return store;
        }
    }

    @Test
    void everyAct_isToldInOrder_andAgainWhenAListenerFailed() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        EventBus bus = EventBus.builder().build();
        List<ContractEvent> heard = new ArrayList<>();
        AtomicBoolean broken = new AtomicBoolean(true);
        bus.subscribe(ContractEvent.class, event -> {
            if (event instanceof ContractRevised && broken.getAndSet(false)) {
                throw new IllegalStateException("not now");
            }
            heard.add(event);
        });
        NoticeRelay<ContractEvent> relay = new NoticeRelay<>(store.outbox(), bus, at(now::get));
        Contract draft = contracts.draft(terms("org"));
        contracts.revise(draft.id(), terms("org2"));
        contracts.act(draft.id(), ContractAction.OFFER);
        contracts.act(draft.id(), ContractAction.OFFER);

        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(relay.runOnce()).isZero();
        now.set(NOON.plusSeconds(1));
        relay.run();

        assertThat(heard)
                .containsExactly(
                        new ContractDrafted(draft.id(), NOON),
                        new ContractRevised(draft.id(), NOON),
                        new ContractStatusChanged(draft.id(), NOON, ContractStatus.DRAFT, ContractStatus.OFFERED));
        assertThat(store.outbox().waiting()).isZero();
        bus.close();
    }

    @Test
    void event_neverHandled_isBuriedAfterItsAttempts_andTheNextOnesGoOn() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        EventBus bus = EventBus.builder().build();
        List<ContractEvent> heard = new ArrayList<>();
        AtomicBoolean broken = new AtomicBoolean(true);
        bus.subscribe(ContractEvent.class, event -> {
            if (event instanceof ContractRevised && broken.get()) {
                throw new IllegalStateException("a secret of the listener's");
            }
            heard.add(event);
        });
        NoticeRelay<ContractEvent> relay = new NoticeRelay<>(
                store.outbox(), bus, at(now::get), new Redelivery(3, Duration.ofSeconds(2), Duration.ofSeconds(60)));
        Contract draft = contracts.draft(terms("org"));
        contracts.revise(draft.id(), terms("org2"));
        contracts.act(draft.id(), ContractAction.OFFER);

        assertThat(relay.runOnce()).isEqualTo(1);
        now.set(NOON.plusSeconds(1));
        assertThat(relay.runOnce()).as("not due").isZero();
        now.set(NOON.plusSeconds(2));
        assertThat(relay.runOnce()).isZero();
        now.set(NOON.plusSeconds(5));
        assertThat(relay.runOnce()).as("the wait has doubled").isZero();
        now.set(NOON.plusSeconds(6));
        assertThat(relay.runOnce())
                .as("buried, and the event behind it delivered")
                .isEqualTo(1);

        assertThat(store.outbox().buried(10)).singleElement().satisfies(notice -> {
            assertThat(notice.event()).isInstanceOf(ContractRevised.class);
            assertThat(notice.attempts()).isEqualTo(3);
            assertThat(notice.cause()).contains("IllegalStateException").doesNotContain("secret");
        });
        broken.set(false);
        assertThat(store.outbox()
                        .replay(
                                draft.id().value(),
                                store.outbox().buried(1).get(0).id(),
                                now.get()))
                .isTrue();
        assertThat(relay.runOnce()).isEqualTo(1);
        assertThat(heard).hasSize(3);
        bus.close();
    }

    @Test
    void edits_whileAListenerIsDown_useUpNoAttempts() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        EventBus bus = EventBus.builder().build();
        bus.subscribe(ContractDrafted.class, event -> {
            throw new IllegalStateException("down");
        });
        NoticeRelay<ContractEvent> relay = new NoticeRelay<>(store.outbox(), bus, at(now::get));
        Contracts edited = new Contracts(store, at(now::get));
        Contract draft = edited.draft(terms("org"));

        for (int n = 0; n < 40; n++) {
            relay.run();
            now.set(NOON.plusMillis(500L * n));
            edited.revise(draft.id(), terms("org" + n));
        }

        assertThat(store.outbox().buried(10)).isEmpty();
        NoticeClaim<ContractEvent> claim = store.outbox()
                .claim(NOON.plusSeconds(60), Duration.ofSeconds(1))
                .orElseThrow();
        assertThat(claim.notices().get(0).attempts())
                .as("after 0, 1, 3, 7 and 15 s")
                .isBetween(4, 5);
        assertThat(claim.notices()).hasSize(41);
        bus.close();
    }

    @Test
    void relay_heldUpBeyondItsClaim_stopsThere() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        EventBus bus = EventBus.builder().build();
        List<ContractEvent> heard = new ArrayList<>();
        bus.subscribe(ContractEvent.class, event -> {
            heard.add(event);
            if (heard.size() == 1) {
                now.set(NOON.plusSeconds(61));
                assertThat(store.outbox().claim(now.get(), Duration.ofMinutes(1)))
                        .isPresent();
            }
        });
        Contract draft = contracts.draft(terms("org"));
        contracts.revise(draft.id(), terms("org2"));

        new NoticeRelay<>(store.outbox(), bus, at(now::get)).run();

        assertThat(heard).as("the rest is the other worker's").hasSize(1);
        now.set(NOON.plusSeconds(200));
        new NoticeRelay<>(store.outbox(), bus, at(now::get)).run();
        assertThat(heard)
                .as("that of the lost claim once more, and in order")
                .hasSize(3)
                .element(2)
                .isInstanceOf(ContractRevised.class);
        bus.close();
    }

    @Test
    void relay_interrupted_countsNoFailure() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON);
        EventBus bus = EventBus.builder().build();
        bus.subscribe(ContractDrafted.class, event -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("torn down");
        });
        contracts.draft(terms("org"));

        new NoticeRelay<>(
                        store.outbox(),
                        bus,
                        at(now::get),
                        new Redelivery(1, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .run();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.outbox().buried(10)).isEmpty();
        assertThat(store.outbox().claim(NOON.plusSeconds(60), Duration.ofSeconds(1)))
                .map(claim -> claim.notices().get(0).attempts())
                .hasValue(0);
        bus.close();
    }

    private static Clock at(Supplier<Instant> now) {
        return new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
    }

    private ContractStatus after(ContractId id, ContractAction action) {
        return ((Done) contracts.act(id, action)).contract().status();
    }

    private Contract active() {
        Contract draft = contracts.draft(terms("org"));
        after(draft.id(), ContractAction.OFFER);
        after(draft.id(), ContractAction.ACCEPT);
        after(draft.id(), ContractAction.ACTIVATE);
        return draft;
    }

    private void pay(Contract contract, TransactionKind kind, String money) {
        String id = "p" + kind + money.hashCode();
        payments.insert(
                payment(id, contract.id().value(), NOON, List.of(move("T-" + id.hashCode(), kind, money, NOON))),
                List.of());
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void storeThrowsAnythingAtOneContract_othersAreTold(Throwable anything) {
        EventBus bus = EventBus.builder().build();
        List<ContractEvent> heard = new ArrayList<>();
        bus.subscribe(ContractEvent.class, heard::add);
        Contract first = contracts.draft(terms("org"));
        Contract second = contracts.draft(terms("org"));
        Notices<ContractEvent> fragile = failingAt(first.id(), anything);

        new NoticeRelay<>(fragile, bus, Clock.fixed(NOON, ZoneOffset.UTC)).run();

        assertThat(heard)
                .containsExactlyInAnyOrder(
                        new ContractDrafted(first.id(), NOON), new ContractDrafted(second.id(), NOON));
        assertThat(store.outbox().waiting()).isEqualTo(1);
        bus.close();
    }

    /** The outbox that cannot note what was delivered of one contract. */
    @SuppressWarnings("unchecked") // a proxy knows no type arguments
    private Notices<ContractEvent> failingAt(ContractId id, Throwable anything) {
        return (Notices<ContractEvent>) Proxy.newProxyInstance(
                Notices.class.getClassLoader(), new Class<?>[] {Notices.class}, (proxy, method, args) -> {
                    if (method.getName().equals("delivered")
                            && ((Notice<?>) args[1]).key().equals(id.value())) {
                        throw Mischief.sneak(anything);
                    }
                    return method.invoke(store.outbox(), args);
                });
    }

    @Test
    void act_fromDraftToCompleted_needsAllPaid() {
        Contract contract = active();
        pay(contract, TransactionKind.SALE, "KWD 299.999");

        assertThat(contracts.act(contract.id(), ContractAction.COMPLETE))
                .isEqualTo(new Refused(ContractStatus.ACTIVE, "KWD 0.001 is still to be paid"));

        pay(contract, TransactionKind.SALE, "KWD 0.001");
        assertThat(after(contract.id(), ContractAction.COMPLETE)).isEqualTo(ContractStatus.COMPLETED);
    }

    @Test
    void cancel_moneyHeld_isRefusedUntilItIsGivenBack() {
        Contract contract = active();
        pay(contract, TransactionKind.SALE, "KWD 10.000");

        assertThat(contracts.act(contract.id(), ContractAction.CANCEL))
                .isEqualTo(new Refused(ContractStatus.ACTIVE, "KWD 10.000 is still to be given back"));

        pay(contract, TransactionKind.REFUND, "KWD 10.000");
        assertThat(after(contract.id(), ContractAction.CANCEL)).isEqualTo(ContractStatus.CANCELLED);
    }

    @Test
    void act_illegal_isRefusedWithoutAChange() {
        Contract draft = contracts.draft(terms("org"));

        assertThat(contracts.act(draft.id(), ContractAction.ACTIVATE))
                .isEqualTo(new Refused(ContractStatus.DRAFT, "ACTIVATE is not legal here"));
        assertThat(contracts.act(new ContractId("none"), ContractAction.OFFER)).isEqualTo(new NotFound());
        assertThat(store.find(draft.id())).contains(draft);
    }

    @Test
    void moves_endStates_leadNowhere() {
        for (ContractAction action : ContractAction.values()) {
            assertThat(ContractStatus.COMPLETED.after(action)).isEmpty();
            assertThat(ContractStatus.CANCELLED.after(action)).isEmpty();
        }
    }

    @Test
    void revise_offered_isRefused() {
        Contract draft = contracts.draft(terms("org"));
        assertThat(contracts.revise(draft.id(), terms("org2"))).isInstanceOf(Done.class);
        after(draft.id(), ContractAction.OFFER);

        assertThat(contracts.revise(draft.id(), terms("org3")))
                .isEqualTo(new Refused(ContractStatus.OFFERED, "only a draft may change"));
    }

    @Test
    void terms_thatDoNotAddUp_areRefused() {
        ContractTerms good = terms("org");
        assertThatThrownBy(() -> new ContractTerms(
                        good.title(),
                        good.client(),
                        good.organisationId(),
                        null,
                        good.workers(),
                        Money.parse("KWD 300.001"),
                        good.instalments(),
                        0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("add up to KWD 300.000");
        assertThatThrownBy(() -> new ContractTerms(
                        good.title(),
                        good.client(),
                        good.organisationId(),
                        null,
                        List.of(new Worker("e1", 9_999)),
                        good.amount(),
                        good.instalments(),
                        0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("9999 of 10000");
        assertThatThrownBy(() -> new ContractTerms(
                        good.title(),
                        good.client(),
                        good.organisationId(),
                        null,
                        good.workers(),
                        good.amount(),
                        List.of(
                                new Instalment(Money.parse("KWD 200.000"), LocalDate.parse("2027-01-01")),
                                new Instalment(Money.parse("KWD 100.000"), LocalDate.parse("2026-12-01"))),
                        0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("out of order");
    }
}
