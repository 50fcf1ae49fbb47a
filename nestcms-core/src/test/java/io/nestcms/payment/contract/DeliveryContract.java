package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.nestcms.event.EventBus;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.WaitingEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What relays deliver from the outbox of every {@link PaymentStore}. Extend it with a store that is empty at each test. */
public abstract class DeliveryContract {
    private static final Duration DAY = Duration.ofDays(1);

    private final MovingClock clock = new MovingClock(NOON.plusSeconds(60));
    private final Map<String, List<String>> heard = new ConcurrentHashMap<>();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    /** A store without payments, the same one for all calls within a test. */
    protected abstract PaymentStore store();

    private Outbox outbox() {
        return store().outbox();
    }

    private OutboxRelay relay(Outbox outbox, String... listeners) {
        OutboxRelay relay = OutboxRelay.builder(outbox).clock(clock).build();
        for (String name : listeners) {
            relay.onEnvelopes(name, PaymentEvent.class, envelope -> hear(name, envelope.id()));
        }
        return relay;
    }

    private OutboxRelay relay(String... listeners) {
        return relay(outbox(), listeners);
    }

    private void hear(String listener, String event) {
        if (broken.contains(listener) || broken.contains(listener + " " + event)) {
            throw new IllegalStateException("something secret");
        }
        heard.computeIfAbsent(listener, any -> Collections.synchronizedList(new ArrayList<>()))
                .add(event);
    }

    private List<String> heardBy(String listener) {
        return heard.getOrDefault(listener, List.of());
    }

    private Payment record(String name, int events) {
        Payment payment = payment(name);
        store().insert(payment, entries(payment, 1, events));
        return payment;
    }

    private void runTimes(OutboxRelay relay, int times) {
        for (int n = 0; n < times; n++) {
            relay.runOnce();
            clock.advance(Duration.ofMinutes(6));
        }
    }

    @Test
    void oneFailsTwelveTimes_theOtherHearsTheEventOnce() {
        record("a", 1);
        broken.add("crm");
        OutboxRelay relay = relay("crm", "receipts");

        runTimes(relay, 14);

        assertThat(heardBy("receipts")).containsExactly("a/1");
        assertThat(outbox().buried(10)).singleElement().satisfies(it -> {
            assertThat(it.id()).isEqualTo("a/1");
            assertThat(it.listener()).isEqualTo("crm");
            assertThat(it.attempts()).isEqualTo(12);
            assertThat(it.cause()).contains("IllegalStateException").doesNotContain("secret");
        });
        assertThat(outbox().backlog().payments()).isZero();
    }

    @Test
    void oneFails_theOthersGoOn_andItHearsAllInOrderLater() {
        Payment payment = record("a", 2);
        record("b", 1);
        broken.add("crm a/1");
        OutboxRelay relay = relay("crm", "receipts");

        relay.runOnce();
        store().replace(dueAt(payment, NOON), entries(payment, 3, 1));
        relay.runOnce();

        assertThat(heardBy("receipts")).containsExactlyInAnyOrder("a/1", "a/2", "b/1", "a/3");
        assertThat(heardBy("receipts")).containsSubsequence("a/1", "a/2", "a/3");
        assertThat(heardBy("crm")).containsExactly("b/1");
        broken.clear();
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).isEqualTo(3);
        assertThat(heardBy("crm")).containsExactly("b/1", "a/1", "a/2", "a/3");
        assertThat(heardBy("receipts")).hasSize(4);
    }

    @Test
    void oneIsBuried_goesOnWithLaterEvents_andIsReplayedForThatOneAlone() {
        record("a", 2);
        broken.add("crm a/1");
        OutboxRelay relay = relay("crm", "receipts");
        runTimes(relay, 13);
        assertThat(heardBy("crm")).containsExactly("a/2");

        broken.clear();
        assertThat(outbox().replay(new PaymentId("a"), "a/1", "crm", clock.instant()))
                .isTrue();
        relay.runOnce();

        assertThat(heardBy("crm")).containsExactly("a/2", "a/1");
        assertThat(heardBy("receipts")).containsExactly("a/1", "a/2");
        assertThat(outbox().buried(10)).isEmpty();
    }

    @Test
    void oneHearsItsTypeOnly() {
        Payment payment = payment("a");
        store().insert(payment, Samples.entriesOf(Samples.everyEvent(payment.id())));
        List<PaymentEvent> succeeded = Collections.synchronizedList(new ArrayList<>());
        OutboxRelay relay = relay("all").on("receipts", PaymentSucceeded.class, succeeded::add);

        relay.runOnce();

        assertThat(succeeded).singleElement().isInstanceOf(PaymentSucceeded.class);
        assertThat(heardBy("all")).hasSameSizeAs(Samples.everyEvent(payment.id()));
        assertThat(outbox().backlog().payments()).isZero();
    }

    @Test
    void theBusIsOneOfThem() {
        record("a", 1);
        EventBus bus = EventBus.builder().build();
        bus.subscribe(PaymentStatusChanged.class, event -> hear("onTheBus", "any"));
        broken.add("onTheBus");
        OutboxRelay relay = OutboxRelay.builder(outbox(), bus).clock(clock).build();
        relay.on("receipts", PaymentEvent.class, event -> hear("receipts", "any"));

        runTimes(relay, 2);
        broken.clear();
        relay.runOnce();
        bus.close();

        assertThat(heardBy("receipts")).hasSize(1);
        assertThat(heardBy("onTheBus")).hasSize(1);
        assertThat(outbox().listeners()).containsOnlyKeys("bus", "receipts");
    }

    @Test
    void throwingAnything_isAFailureOfThatOne() {
        Payment payment = record("a", 1);
        List<Throwable> thrown = List.of(
                new StackOverflowError(),
                new OutOfMemoryError(),
                new AssertionError(),
                new LinkageError(),
                new IOException(),
                new InterruptedException(),
                new CancellationException());
        OutboxRelay relay = relay("receipts");
        for (int n = 0; n < thrown.size(); n++) {
            Throwable one = thrown.get(n);
            relay.on("bad-" + n, PaymentEvent.class, event -> sneak(one));
        }

        relay.runOnce();

        assertThat(heardBy("receipts")).containsExactly("a/1");
        OutboxClaim claim =
                OutboxClaim.of("w", Set.of("receipts"), clock.instant().plusSeconds(1), DAY);
        WaitingEvent left = outbox().claim(claim).orElseThrow().entries().get(0);
        assertThat(left.done()).containsExactly("receipts");
        assertThat(left.failed()).hasSameSizeAs(thrown).allMatch(it -> it.attempts() == 1);
        assertThat(left.failure("bad-0").orElseThrow().cause()).isEqualTo("StackOverflowError");
        assertThat(left.paymentId()).isEqualTo(payment.id());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable throwable) throws T {
        throw (T) throwable;
    }

    // ---- events that this version does not know

    @Test
    void fortyWithAnUnknownType_harmNobody_areListed_andBuriedAfterADay() {
        Set<String> unknown = new HashSet<>();
        for (int n = 0; n < 40; n++) {
            record("x" + n, 2);
            unknown.add("x" + n + "/1");
        }
        for (int n = 0; n < 10; n++) {
            record("good" + n, 2);
        }
        OutboxRelay relay = relay(new OlderOutbox(outbox(), unknown, "splitPaid"), "receipts");

        assertThat(relay.runOnce()).isEqualTo(20);

        assertThat(heardBy("receipts")).hasSize(20).allMatch(it -> it.startsWith("good"));
        assertThat(outbox().unreadable(100))
                .extracting(WaitingEvent::id)
                .hasSize(40)
                .allMatch(unknown::contains);
        assertThat(outbox().buried(100)).isEmpty();
        assertThat(relay.runOnce()).isZero();

        clock.advance(DAY.minusSeconds(1));
        assertThat(relay.runOnce()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(relay.runOnce()).as("those behind them").isEqualTo(40);

        assertThat(outbox().buried(100)).hasSize(40).allSatisfy(it -> {
            assertThat(it.listener()).isNull();
            assertThat(it.attempts()).isZero();
            assertThat(it.cause()).contains("splitPaid");
            assertThat(unknown).contains(it.id());
        });
        assertThat(outbox().unreadable(100)).isEmpty();
        assertThat(heardBy("receipts")).hasSize(60).doesNotContainAnyElementsOf(unknown);
    }

    @Test
    void unknownType_laterEventsWaitBehindIt_untilANodeKnowsIt() {
        Payment payment = record("a", 2);
        OutboxRelay older = relay(new OlderOutbox(outbox(), Set.of("a/2"), "splitPaid"), "receipts");
        older.runOnce();
        store().replace(dueAt(payment, NOON), entries(payment, 3, 1));
        older.runOnce();
        assertThat(heardBy("receipts")).containsExactly("a/1");

        clock.advance(DAY);
        OutboxRelay newer = relay("receipts");
        newer.runOnce();

        assertThat(heardBy("receipts")).containsExactly("a/1", "a/2", "a/3");
        assertThat(outbox().backlog().left()).isZero();
    }

    @Test
    void unknownType_buriedAndReplayed_isHeardOnANewerNode() {
        record("a", 1);
        OutboxRelay older = relay(new OlderOutbox(outbox(), Set.of("a/1"), "splitPaid"), "crm", "receipts");
        older.runOnce();
        clock.advance(DAY);
        older.runOnce();

        outbox().replay(new PaymentId("a"), "a/1", clock.instant());
        older.runOnce();
        assertThat(outbox().buried(10)).as("it has a day again").isEmpty();
        outbox().seen(Set.of("crm", "receipts"), clock.instant());
        clock.advance(DAY.minusSeconds(1));
        outbox().seen(Set.of("crm", "receipts"), clock.instant());
        clock.advance(Duration.ofSeconds(1));
        relay("crm", "receipts").runOnce();

        assertThat(heardBy("receipts")).containsExactly("a/1");
        assertThat(heardBy("crm")).containsExactly("a/1");
    }

    // ---- nodes with different listeners

    @Test
    void listenerOfAnotherNode_isLeftItsEvents() {
        OutboxRelay one = relay("receipts");
        OutboxRelay two = relay("receipts", "crm");
        two.runOnce();
        record("a", 2);

        one.runOnce();
        one.runOnce();
        assertThat(heardBy("receipts")).containsExactly("a/1", "a/2");
        assertThat(outbox().backlog().left()).isEqualTo(1);

        assertThat(two.runOnce()).isEqualTo(2);
        assertThat(heardBy("crm")).containsExactly("a/1", "a/2");
        assertThat(heardBy("receipts")).hasSize(2);
        assertThat(outbox().backlog().left()).isZero();
    }

    @Test
    void listenerOfAnotherNode_fails_isTriedThereAgain() {
        OutboxRelay one = relay("receipts");
        OutboxRelay two = relay("crm");
        two.runOnce();
        record("a", 1);
        broken.add("crm");
        for (int n = 0; n < 5; n++) {
            one.runOnce();
            two.runOnce();
            one.runOnce();
            clock.advance(Duration.ofMinutes(6));
        }
        broken.clear();
        one.runOnce();
        two.runOnce();

        assertThat(heardBy("crm")).containsExactly("a/1");
        assertThat(heardBy("receipts")).containsExactly("a/1");
        assertThat(outbox().buried(10)).isEmpty();
    }

    @Test
    void listenerThatNoNodeHas_isBuriedAfterADay_andHoldsUpNobody() {
        OutboxRelay one = relay("receipts");
        relay("crm").runOnce();
        one.runOnce();
        record("a", 2);
        one.runOnce();
        clock.advance(DAY.minusSeconds(1));
        one.runOnce();
        assertThat(outbox().buried(10)).isEmpty();

        clock.advance(Duration.ofSeconds(1));
        one.runOnce();
        assertThat(outbox().buried(10))
                .extracting(BuriedEvent::listener, BuriedEvent::id)
                .containsExactly(tuple("crm", "a/1"), tuple("crm", "a/2"));
        record("b", 1);
        one.runOnce();
        assertThat(outbox().buried(10)).as("not before it is forgotten").hasSize(3);
        outbox().forget("crm");
        record("c", 1);
        one.runOnce();
        assertThat(outbox().buried(10)).hasSize(3);
        assertThat(outbox().backlog().left()).isZero();
        assertThat(outbox().backlog().payments()).isZero();

        outbox().replay(new PaymentId("a"), "a/2", "crm", clock.instant());
        relay("crm").runOnce();
        assertThat(heardBy("crm")).containsExactly("a/2");
        assertThat(heardBy("receipts")).containsExactly("a/1", "a/2", "b/1", "c/1");
    }

    @Test
    void allNodesWereAway_nobodysAbsenceCounts() {
        relay("receipts", "crm").runOnce();
        record("a", 1);
        clock.advance(Duration.ofDays(3));

        relay("receipts").runOnce();
        assertThat(outbox().buried(10)).isEmpty();
        relay("crm").runOnce();

        assertThat(heardBy("receipts")).containsExactly("a/1");
        assertThat(heardBy("crm")).containsExactly("a/1");
    }

    @Test
    void forgottenListener_whatWaitedForItAloneIsGone() {
        relay("crm").runOnce();
        record("a", 1);
        OutboxRelay one = relay("receipts");
        one.runOnce();
        outbox().forget("crm");
        clock.advance(DAY);

        one.runOnce();

        assertThat(outbox().buried(10)).isEmpty();
        assertThat(outbox().backlog().left()).isZero();
    }

    @Test
    void relayWithoutListeners_leavesEverything() {
        record("a", 1);

        assertThat(relay().runOnce()).isZero();

        assertThat(outbox().backlog().payments()).isEqualTo(1);
    }

    // ---- clocks

    @Test
    void clockWasAheadOnce_delaysNothingByAsMuch() {
        record("a", 1);
        record("b", 1);
        broken.add("crm");
        OutboxRelay relay = relay("crm");
        relay(new OlderOutbox(outbox(), Set.of("b/1"), "splitPaid"), "crm").runOnce();
        clock.advance(Duration.ofDays(400));
        runTimes(relay, 3);
        outbox().claim(OutboxClaim.of("died", Set.of("crm"), clock.instant(), Duration.ofSeconds(30)));
        clock.advance(Duration.ofDays(-400).minusMinutes(18));

        broken.clear();
        clock.advance(Duration.ofSeconds(61));
        relay.runOnce();

        assertThat(heardBy("crm")).containsExactlyInAnyOrder("a/1", "b/1");
    }

    @Test
    void clockWasAheadWhenAnEventWasLeft_itIsBuriedADayAfterNow() {
        record("a", 1);
        OutboxRelay older = relay(new OlderOutbox(outbox(), Set.of("a/1"), "splitPaid"), "crm");
        clock.advance(Duration.ofDays(400));
        older.runOnce();
        clock.advance(Duration.ofDays(-400));
        older.runOnce();

        clock.advance(DAY);
        older.runOnce();

        assertThat(outbox().buried(10)).hasSize(1);
    }

    // ---- many at a time

    @Test
    void severalRelays_shareTheWork_inTheOrderOfEachPayment() throws Exception {
        int payments = 30;
        IntStream.range(0, payments).forEach(n -> record("p" + n, 4));
        List<Thread> threads = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            OutboxRelay relay = relay("receipts", "crm");
            threads.add(new Thread(relay::runOnce));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(60_000);
        }

        for (String listener : List.of("receipts", "crm")) {
            assertThat(heardBy(listener)).hasSize(4 * payments);
            for (int n = 0; n < payments; n++) {
                String prefix = "p" + n + "/";
                assertThat(heardBy(listener).stream().filter(it -> it.startsWith(prefix)))
                        .containsExactly(prefix + 1, prefix + 2, prefix + 3, prefix + 4);
            }
        }
    }

    @Test
    void brokenStore_afterAListenerHeard_tellsItAgainAfterTheLease() {
        record("a", 1);
        AtomicBoolean down = new AtomicBoolean(true);
        Outbox fragile = new ForwardingOutbox(outbox()) {
            @Override
            public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
                if (down.getAndSet(false)) {
                    throw new IllegalStateException("down");
                }
                return super.remove(batch, event, until);
            }
        };
        OutboxRelay relay = relay(fragile, "receipts");

        assertThatThrownBy(relay::runOnce).hasMessage("down");
        assertThat(relay.runOnce()).isZero();
        clock.advance(Duration.ofSeconds(30));
        assertThat(relay.runOnce()).isEqualTo(1);

        assertThat(heardBy("receipts")).containsExactly("a/1", "a/1");
    }

    @Test
    void content_ofAnUnknownType_isNotWritten() {
        record("a", 1);
        relay(new OlderOutbox(outbox(), Set.of("a/1"), "splitPaid"), "crm").runOnce();
        clock.advance(DAY);

        WaitingEvent event = outbox().claim(OutboxClaim.of("w", Set.of("crm"), clock.instant(), Duration.ofSeconds(30)))
                .orElseThrow()
                .entries()
                .get(0);

        assertThat(event.content()).isInstanceOf(EventContent.Known.class);
    }
}
