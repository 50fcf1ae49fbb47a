package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.entriesOf;
import static io.nestcms.payment.contract.Samples.everyEvent;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.Payment;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.FailedDelivery;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBacklog;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the {@link Outbox} of every {@link PaymentStore} does. Extend it with a store that is empty at each test. */
public abstract class OutboxContract {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Instant LATER = NOON.plusSeconds(1);

    /** A store without payments, the same one for all calls within a test. */
    protected abstract PaymentStore store();

    private Outbox outbox() {
        return store().outbox();
    }

    private Optional<OutboxBatch> tryClaim(String worker, Instant now) {
        return outbox().claim(OutboxClaim.of(worker, Set.of("mail"), now, LEASE));
    }

    private OutboxBatch claim(String worker, Instant now) {
        return tryClaim(worker, now).orElseThrow();
    }

    private Payment inserted(String name, int events) {
        Payment payment = payment(name);
        store().insert(payment, entries(payment, 1, events));
        return payment;
    }

    private static List<String> ids(OutboxBatch batch) {
        return batch.entries().stream().map(WaitingEvent::id).toList();
    }

    private static BuriedEvent burial(WaitingEvent event, @Nullable String listener, int attempts, String cause) {
        return new BuriedEvent(
                event.paymentId(), event.id(), event.sequence(), event.content(), listener, attempts, cause);
    }

    @Test
    void claim_everyKindOfEvent_comesBackEqualAndInOrder() {
        Payment payment = payment("a");
        List<OutboxEntry> recorded = entriesOf(everyEvent(payment.id()));
        store().insert(payment, recorded);

        assertThat(claim("w", LATER).entries())
                .containsExactlyElementsOf(recorded.stream()
                        .map(entry -> WaitingEvent.of(payment.id(), entry))
                        .toList());
    }

    @Test
    void claim_nothingRecorded_isEmpty() {
        store().insert(payment("a"), List.of());

        assertThat(tryClaim("w", LATER)).isEmpty();
    }

    @Test
    void claim_eventsOfLaterWrites_areBehindTheEarlierOnes() {
        Payment first = inserted("a", 2);
        store().replace(dueAt(first, NOON), entries(first, 3, 2));

        assertThat(claim("w", LATER).entries())
                .extracting(WaitingEvent::sequence)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void claim_heldByAnother_isSkippedUntilTheLeaseEnds() {
        Payment payment = inserted("a", 1);
        claim("first", LATER);

        assertThat(tryClaim("second", LATER.plusSeconds(29))).isEmpty();
        assertThat(tryClaim("second", LATER.plusSeconds(30)))
                .hasValueSatisfying(batch -> assertThat(batch.paymentId()).isEqualTo(payment.id()));
    }

    @Test
    void claim_heldUntilWhatOnlyAClockAheadCanHaveMeant_isFree() {
        inserted("a", 1);
        claim("ahead", LATER.plusSeconds(3600));

        assertThat(tryClaim("w", LATER)).isPresent();
    }

    @Test
    void claim_heldByAClockALittleAhead_isSkipped() {
        inserted("a", 1);
        claim("ahead", LATER.plusSeconds(20));

        assertThat(tryClaim("w", LATER)).as("clocks differ by seconds").isEmpty();
    }

    @Test
    void claim_putOffToWhatOnlyAClockAheadCanHaveMeant_isDue() {
        inserted("a", 1);
        outbox().release(claim("ahead", LATER), OutboxRest.dueAt(1, LATER.plusSeconds(3600)));

        assertThat(tryClaim("w", LATER)).isPresent();
    }

    @Test
    void claim_twoPayments_givesTheLongerWaitingFirstAndEachOnce() {
        Payment young = payment("young", "shop", "k1", "c1", NOON.plusMillis(500));
        Payment old = payment("old", "shop", "k2", "c2", NOON);
        store().insert(young, entries(young, 1, 1));
        store().insert(old, entries(old, 1, 1));

        assertThat(claim("w1", LATER).paymentId()).isEqualTo(old.id());
        assertThat(claim("w2", LATER).paymentId()).isEqualTo(young.id());
        assertThat(tryClaim("w3", LATER)).isEmpty();
    }

    @Test
    void remove_all_leavesNothing() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);

        for (WaitingEvent event : batch.entries()) {
            assertThat(outbox().remove(batch, event, LATER.plusSeconds(30))).isTrue();
        }
        outbox().release(batch, OutboxRest.nothing());

        assertThat(tryClaim("w", LATER.plusSeconds(60))).isEmpty();
        assertThat(outbox().backlog().payments()).isZero();
        assertThat(outbox().backlog().oldest()).isNull();
    }

    @Test
    void remove_allAndTheWorkerDies_leavesNothing() {
        inserted("a", 1);
        OutboxBatch batch = claim("w", LATER);
        outbox().remove(batch, batch.entries().get(0), LATER.plusSeconds(30));

        assertThat(tryClaim("w", LATER.plusSeconds(60))).isEmpty();
        assertThat(outbox().backlog().payments()).isZero();
    }

    @Test
    void release_someLeft_givesTheRestToTheNext() {
        inserted("a", 3);
        OutboxBatch batch = claim("w", LATER);
        outbox().remove(batch, batch.entries().get(0), LATER.plusSeconds(30));

        outbox().release(batch, OutboxRest.dueAt(2, LATER));

        assertThat(claim("x", LATER).entries())
                .containsExactlyElementsOf(batch.entries().subList(1, 3));
    }

    @Test
    void release_eventsRecordedMeanwhile_areNotLostAndDueAtOnce() {
        Payment payment = inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);
        store().replace(dueAt(payment, NOON), entries(payment, 3, 1));
        outbox().remove(batch, batch.entries().get(0), LATER.plusSeconds(30));

        outbox().release(batch, OutboxRest.dueAt(1, LATER.plusSeconds(60)));

        assertThat(ids(claim("x", LATER))).containsExactly("a/2", "a/3");
    }

    @Test
    void leaseLost_changesNothing() {
        inserted("a", 1);
        OutboxBatch lost = claim("slow", LATER);
        WaitingEvent event = lost.entries().get(0);
        OutboxBatch held = claim("fast", LATER.plusSeconds(30));

        assertThat(outbox().keep(lost, event.doneBy("mail"), LATER.plusSeconds(900)))
                .isFalse();
        assertThat(outbox().remove(lost, event, LATER.plusSeconds(900))).isFalse();
        assertThat(outbox().bury(lost, event, burial(event, "mail", 1, "late"))).isFalse();
        outbox().release(lost, OutboxRest.nothing());

        assertThat(tryClaim("third", LATER.plusSeconds(31))).isEmpty();
        assertThat(outbox().buried(10)).isEmpty();
        assertThat(claim("third", LATER.plusSeconds(60)).entries()).isEqualTo(held.entries());
    }

    @Test
    void keep_writesHowFarTheEventCameAndProlongsTheClaim() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries()
                .get(0)
                .doneBy("mail")
                .failedWith(new FailedDelivery("crm", 3, "it is down", LATER.plusSeconds(5)))
                .unread(NOON);

        assertThat(outbox().keep(batch, event, LATER.plusSeconds(50))).isTrue();

        assertThat(tryClaim("x", LATER.plusSeconds(49))).isEmpty();
        assertThat(claim("x", LATER.plusSeconds(50)).entries())
                .containsExactly(event, batch.entries().get(1));
    }

    @Test
    void release_putOff_keepsTheOrderAndWaits() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);

        outbox().release(batch, OutboxRest.dueAt(2, LATER.plusSeconds(5)));

        assertThat(tryClaim("w", LATER.plusSeconds(4))).isEmpty();
        assertThat(ids(claim("w2", LATER.plusSeconds(5)))).containsExactly("a/1", "a/2");
    }

    @Test
    void release_leftForAListenerOfAnotherNode_isForThatOneAtOnceAndForAllAtTheEnd() {
        inserted("a", 1);
        OutboxRest rest = new OutboxRest(1, null, Set.of("crm", "erp"), List.of(), LATER.plusSeconds(900));

        outbox().release(claim("w", LATER), rest);

        assertThat(outbox().backlog()).isEqualTo(new OutboxBacklog(0, 1, 0, null));
        assertThat(tryClaim("w", LATER.plusSeconds(899))).isEmpty();
        OutboxClaim other = OutboxClaim.of("x", Set.of("mail", "erp"), LATER, LEASE);
        OutboxBatch batch = outbox().claim(other).orElseThrow();
        assertThat(outbox().claim(other)).as("held").isEmpty();
        outbox().release(batch, rest);
        assertThat(tryClaim("w", LATER.plusSeconds(900))).isPresent();
    }

    @Test
    void release_leftUntilWhatOnlyAClockAheadCanHaveMeant_isDue() {
        inserted("a", 1);
        outbox().release(
                        claim("ahead", LATER),
                        new OutboxRest(1, null, Set.of("crm"), List.of(), LATER.plus(Duration.ofDays(30))));

        assertThat(tryClaim("w", LATER)).isPresent();
    }

    @Test
    void replace_ofALeftPayment_isDueForAll() {
        Payment payment = inserted("a", 1);
        outbox().release(claim("w", LATER), new OutboxRest(1, null, Set.of("crm"), List.of(), LATER.plusSeconds(900)));

        store().replace(dueAt(payment, NOON), entries(payment, 2, 1));

        OutboxBatch batch = claim("w", LATER);
        assertThat(ids(batch)).containsExactly("a/1", "a/2");
        outbox().remove(batch, batch.entries().get(0), LATER.plusSeconds(30));
        outbox().remove(batch, batch.entries().get(1), LATER.plusSeconds(30));
        outbox().release(batch, OutboxRest.nothing());
        assertThat(outbox().claim(OutboxClaim.of("x", Set.of("crm"), LATER.plusSeconds(900), LEASE)))
                .isEmpty();
        assertThat(outbox().backlog()).isEqualTo(new OutboxBacklog(0, 0, 0, null));
    }

    @Test
    void bury_forOneListener_leavesTheEventForTheOthers_andReplayIsForThatOne() {
        Payment payment = inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries().get(0);

        assertThat(outbox().bury(batch, event, burial(event, "crm", 12, "never works")))
                .isTrue();
        outbox().release(batch, OutboxRest.dueAt(2, LATER));

        assertThat(outbox().buried(10)).containsExactly(burial(event, "crm", 12, "never works"));
        assertThat(outbox().backlog().buried()).isEqualTo(1);
        OutboxBatch rest = claim("w", LATER);
        assertThat(rest.entries())
                .containsExactly(event.doneBy("crm"), batch.entries().get(1));
        outbox().release(rest, OutboxRest.dueAt(2, LATER));
        assertThat(outbox().replay(payment.id(), "a/7", LATER)).isFalse();
        assertThat(outbox().replay(payment.id(), "a/1", "mail", LATER)).isFalse();

        assertThat(outbox().replay(payment.id(), "a/1", "crm", LATER)).isTrue();

        assertThat(outbox().buried(10)).isEmpty();
        OutboxBatch again = claim("w", LATER);
        assertThat(ids(again)).containsExactly("a/1", "a/2", "a/1");
        WaitingEvent replayed = again.entries().get(2);
        assertThat(replayed.only()).isEqualTo("crm");
        assertThat(replayed.isFor("crm")).isTrue();
        assertThat(replayed.content()).isEqualTo(event.content());
        // each of the two is changed by itself
        outbox().keep(again, replayed.failedWith(new FailedDelivery("crm", 1, "x", LATER)), LATER.plusSeconds(30));
        outbox().remove(again, again.entries().get(0), LATER.plusSeconds(30));
        outbox().release(again, OutboxRest.dueAt(2, LATER));
        OutboxBatch last = claim("w", LATER);
        assertThat(ids(last)).containsExactly("a/2", "a/1");
        assertThat(last.entries().get(1).failed()).hasSize(1);
    }

    @Test
    void bury_forTwoListeners_replayWithoutAName_isForBoth() {
        Payment payment = inserted("a", 1);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries().get(0);
        outbox().bury(batch, event, burial(event, "crm", 12, "x"));
        outbox().bury(batch, event.doneBy("crm"), burial(event, "erp", 12, "x"));
        outbox().remove(batch, event, LATER.plusSeconds(30));
        outbox().release(batch, OutboxRest.nothing());
        assertThat(tryClaim("w", LATER)).isEmpty();

        assertThat(outbox().replay(payment.id(), "a/1", LATER)).isTrue();

        assertThat(claim("w", LATER).entries()).extracting(WaitingEvent::only).containsExactlyInAnyOrder("crm", "erp");
    }

    @Test
    void bury_forAll_takesTheEventOutOfTheWay_andReplayKeepsWhoHeardIt() {
        Payment payment = inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries().get(0).doneBy("mail").unread(NOON);
        outbox().keep(batch, event, LATER.plusSeconds(30));

        outbox().bury(batch, event, burial(event, null, 0, "nobody can read it"));
        outbox().release(batch, OutboxRest.dueAt(1, LATER));

        assertThat(outbox().buried(10)).containsExactly(burial(event, null, 0, "nobody can read it"));
        OutboxBatch rest = claim("w", LATER);
        assertThat(ids(rest)).containsExactly("a/2");
        outbox().release(rest, OutboxRest.dueAt(1, LATER));
        assertThat(outbox().replay(payment.id(), "a/1", LATER)).isTrue();
        assertThat(claim("w", LATER).entries().get(1))
                .isEqualTo(WaitingEvent.of(payment.id(), entries(payment, 1, 1).get(0))
                        .doneBy("mail"));
    }

    @Test
    void bury_whatIsNotThere_buriesNothing() {
        inserted("a", 1);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries().get(0);
        outbox().remove(batch, event, LATER.plusSeconds(30));

        outbox().bury(batch, event, burial(event, "crm", 1, "x"));

        assertThat(outbox().buried(10)).isEmpty();
    }

    @Test
    void buried_isOldestFirstAndLimited() {
        for (String name : List.of("c", "a", "b")) {
            Payment payment = payment(name);
            store().insert(payment, entries(payment, name.charAt(0), 1));
            OutboxBatch batch = claim("w" + name, LATER);
            WaitingEvent event = batch.entries().get(0);
            outbox().bury(batch, event, burial(event, "crm", 1, "x"));
        }

        assertThat(outbox().buried(2)).extracting(it -> it.paymentId().value()).containsExactly("a", "b");
    }

    @Test
    void unreadable_listsThoseAtWhichAWorkerStopped() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);
        WaitingEvent event = batch.entries().get(0).unread(LATER);
        outbox().keep(batch, event, LATER.plusSeconds(30));
        outbox().release(
                        batch,
                        new OutboxRest(
                                2,
                                null,
                                Set.of(),
                                List.of(new EventContent.Unreadable("fromTheFuture", true, "not known")),
                                LATER.plusSeconds(900)));

        assertThat(outbox().unreadable(10)).containsExactly(event);
        assertThat(outbox().unreadable(0)).isEmpty();
    }

    @Test
    void backlog_waiting_tellsCountAndAge() {
        inserted("a", 3);
        inserted("b", 1);

        assertThat(outbox().backlog().payments()).isEqualTo(2);
        assertThat(outbox().backlog().oldest()).isEqualTo(NOON);
    }

    @Test
    void listeners_areThoseThatWereSeenAndNotForgotten() {
        assertThat(outbox().listeners()).isEmpty();
        outbox().seen(Set.of("crm", "mail"), NOON);
        outbox().seen(Set.of("mail"), LATER);
        outbox().seen(Set.of("mail"), LATER);

        assertThat(outbox().listeners()).isEqualTo(Map.of("crm", NOON, "mail", LATER));

        outbox().forget("crm");
        outbox().forget("crm");
        assertThat(outbox().listeners()).isEqualTo(Map.of("mail", LATER));
    }

    @Test
    void listeners_seenByAClockThatWasAhead_wereSeenNow() {
        outbox().seen(Set.of("crm"), LATER.plusSeconds(3600));

        outbox().seen(Set.of("mail"), LATER);

        assertThat(outbox().listeners()).isEqualTo(Map.of("crm", LATER, "mail", LATER));
    }
}
