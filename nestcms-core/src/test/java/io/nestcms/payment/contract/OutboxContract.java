package io.nestcms.payment.contract;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.entriesOf;
import static io.nestcms.payment.contract.Samples.everyEvent;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.Outbox;
import io.nestcms.payment.OutboxBatch;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    private OutboxBatch claim(String worker, Instant now) {
        return outbox().claim(worker, now, LEASE).orElseThrow();
    }

    private Payment inserted(String name, int events) {
        Payment payment = payment(name);
        store().insert(payment, entries(payment, 1, events));
        return payment;
    }

    @Test
    void claim_everyKindOfEvent_comesBackEqualAndInOrder() {
        Payment payment = payment("a");
        List<OutboxEntry> recorded = entriesOf(everyEvent(payment.id()));
        store().insert(payment, recorded);

        assertThat(claim("w", LATER).entries()).containsExactlyElementsOf(recorded);
    }

    @Test
    void claim_nothingRecorded_isEmpty() {
        store().insert(payment("a"), List.of());

        assertThat(outbox().claim("w", LATER, LEASE)).isEmpty();
    }

    @Test
    void claim_eventsOfLaterWrites_areBehindTheEarlierOnes() {
        Payment first = inserted("a", 2);
        store().replace(dueAt(first, NOON), entries(first, 3, 2));

        assertThat(claim("w", LATER).entries())
                .extracting(OutboxEntry::sequence)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void claim_heldByAnother_isSkippedUntilTheLeaseEnds() {
        Payment payment = inserted("a", 1);
        claim("first", LATER);

        assertThat(outbox().claim("second", LATER.plusSeconds(29), LEASE)).isEmpty();
        assertThat(outbox().claim("second", LATER.plusSeconds(30), LEASE))
                .hasValueSatisfying(batch -> assertThat(batch.paymentId()).isEqualTo(payment.id()));
    }

    @Test
    void claim_twoPayments_givesTheLongerWaitingFirstAndEachOnce() {
        Payment young = payment("young", "shop", "k1", "c1", NOON.plusMillis(500));
        Payment old = payment("old", "shop", "k2", "c2", NOON);
        store().insert(young, entries(young, 1, 1));
        store().insert(old, entries(old, 1, 1));

        assertThat(claim("w1", LATER).paymentId()).isEqualTo(old.id());
        assertThat(claim("w2", LATER).paymentId()).isEqualTo(young.id());
        assertThat(outbox().claim("w3", LATER, LEASE)).isEmpty();
    }

    @Test
    void delivered_all_leavesNothing() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);

        for (OutboxEntry entry : batch.entries()) {
            assertThat(outbox().delivered(batch, entry)).isTrue();
        }
        outbox().release(batch);

        assertThat(outbox().claim("w", LATER.plusSeconds(60), LEASE)).isEmpty();
        assertThat(outbox().backlog().payments()).isZero();
        assertThat(outbox().backlog().oldest()).isNull();
    }

    @Test
    void release_someLeft_givesTheRestToTheNext() {
        inserted("a", 3);
        OutboxBatch batch = claim("w", LATER);
        outbox().delivered(batch, batch.entries().get(0));

        outbox().release(batch);

        assertThat(claim("x", LATER).entries())
                .containsExactlyElementsOf(batch.entries().subList(1, 3));
    }

    @Test
    void release_eventsRecordedMeanwhile_areNotLost() {
        Payment payment = inserted("a", 1);
        OutboxBatch batch = claim("w", LATER);
        store().replace(dueAt(payment, NOON), entries(payment, 2, 1));
        outbox().delivered(batch, batch.entries().get(0));

        outbox().release(batch);

        assertThat(claim("x", LATER).entries())
                .extracting(OutboxEntry::sequence)
                .containsExactly(2L);
    }

    @Test
    void delivered_leaseLost_changesNothing() {
        inserted("a", 1);
        OutboxBatch lost = claim("slow", LATER);
        OutboxBatch held = claim("fast", LATER.plusSeconds(30));

        assertThat(outbox().delivered(lost, lost.entries().get(0))).isFalse();
        outbox().postpone(lost, lost.entries().get(0), "late", LATER.plusSeconds(900));
        outbox().bury(lost, lost.entries().get(0), "late");
        outbox().release(lost);

        assertThat(outbox().claim("third", LATER.plusSeconds(31), LEASE)).isEmpty();
        assertThat(outbox().buried(10)).isEmpty();
        assertThat(outbox().delivered(held, held.entries().get(0))).isTrue();
    }

    @Test
    void postpone_countsTheFailureKeepsTheOrderAndWaits() {
        inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);

        outbox().postpone(batch, batch.entries().get(0), "mail is down", LATER.plusSeconds(5));

        assertThat(outbox().claim("w", LATER.plusSeconds(4), LEASE)).isEmpty();
        OutboxBatch again = claim("w2", LATER.plusSeconds(5));
        assertThat(again.entries()).extracting(OutboxEntry::sequence).containsExactly(1L, 2L);
        assertThat(again.entries().get(0).attempts()).isEqualTo(1);
        assertThat(again.entries().get(0).cause()).isEqualTo("mail is down");
        assertThat(again.entries().get(1).attempts()).isZero();
    }

    @Test
    void bury_takesTheEventOutOfTheWay_andReplayBringsItBack() {
        Payment payment = inserted("a", 2);
        OutboxBatch batch = claim("w", LATER);

        outbox().bury(batch, batch.entries().get(0), "never works");
        outbox().release(batch);

        assertThat(outbox().buried(10)).singleElement().satisfies(entry -> {
            assertThat(entry.id()).isEqualTo("a/1");
            assertThat(entry.cause()).isEqualTo("never works");
            assertThat(entry.attempts()).isEqualTo(1);
        });
        assertThat(outbox().backlog().buried()).isEqualTo(1);
        OutboxBatch rest = claim("w", LATER);
        assertThat(rest.entries()).extracting(OutboxEntry::id).containsExactly("a/2");
        outbox().release(rest);
        assertThat(outbox().replay(payment.id(), "a/7", LATER)).isFalse();
        assertThat(outbox().replay(payment.id(), "a/1", LATER)).isTrue();
        assertThat(outbox().buried(10)).isEmpty();
        assertThat(claim("w", LATER).entries()).extracting(OutboxEntry::id).containsExactlyInAnyOrder("a/1", "a/2");
    }

    @Test
    void backlog_waiting_tellsCountAndAge() {
        inserted("a", 3);
        inserted("b", 1);

        assertThat(outbox().backlog().payments()).isEqualTo(2);
        assertThat(outbox().backlog().oldest()).isEqualTo(NOON);
    }
}
