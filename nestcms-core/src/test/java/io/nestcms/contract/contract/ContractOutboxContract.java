package io.nestcms.contract.contract;

import static io.nestcms.contract.contract.ContractSamples.NOON;
import static io.nestcms.contract.contract.ContractSamples.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.contract.Contract;
import io.nestcms.contract.ContractEvent;
import io.nestcms.contract.ContractEvent.ContractDrafted;
import io.nestcms.contract.ContractEvent.ContractRevised;
import io.nestcms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.contract.ContractNotice;
import io.nestcms.contract.ContractStatus;
import io.nestcms.contract.ContractStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link io.nestcms.contract.ContractOutbox} does. Extend it with stores that are empty at each test. */
public abstract class ContractOutboxContract {
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** A store without contracts, the same one for all calls within a test. */
    protected abstract ContractStore store();

    private final Contract first = draft("c1", "org", NOON);
    private final ContractNotice drafted = notice(1, new ContractDrafted(first.id(), NOON));
    private final ContractNotice revised = notice(2, new ContractRevised(first.id(), NOON.plusSeconds(1)));
    private final ContractNotice offered = notice(
            3,
            new ContractStatusChanged(first.id(), NOON.plusSeconds(2), ContractStatus.DRAFT, ContractStatus.OFFERED));

    private ContractNotice notice(int version, ContractEvent event) {
        return new ContractNotice(first.id() + "/" + version, event);
    }

    private Contract version(long version) {
        return new Contract(
                first.id(), first.terms(), first.status(), version, first.createdAt(), NOON.plusSeconds(version - 1));
    }

    private List<ContractNotice> claim(long seconds) {
        return store().outbox().claim(NOON.plusSeconds(seconds), LEASE);
    }

    @Test
    void claim_givesAllOfAContractInOrder_toOneAtATime() {
        store().insert(first, List.of(drafted));
        store().replace(version(2), List.of(revised));
        store().replace(version(3), List.of(offered));
        store().insert(draft("quiet", "org", NOON));

        assertThat(store().outbox().waiting()).isEqualTo(1);
        assertThat(claim(2)).containsExactly(drafted, revised, offered);
        assertThat(claim(3)).isEmpty();
        assertThat(claim(2 + LEASE.toSeconds())).as("the lease is over").containsExactly(drafted, revised, offered);
    }

    @Test
    void delivered_isGone_andTheRestStaysDue() {
        store().insert(first, List.of(drafted));
        store().replace(version(2), List.of(revised));
        claim(2);
        store().outbox().delivered(drafted);
        store().outbox().delivered(drafted);
        store().outbox().release(first.id(), NOON.plusSeconds(2));

        assertThat(claim(2)).containsExactly(revised);
        store().outbox().delivered(revised);
        store().outbox().release(first.id(), NOON.plusSeconds(2));

        assertThat(claim(99)).isEmpty();
        assertThat(store().outbox().waiting()).isZero();
    }

    @Test
    void release_later_isNotDueBefore() {
        store().insert(first, List.of(drafted));
        claim(0);
        store().outbox().release(first.id(), NOON.plusSeconds(10));

        assertThat(claim(9)).isEmpty();
        assertThat(claim(10)).containsExactly(drafted);
    }

    @Test
    void replace_whileClaimed_isNotGivenToOthers_andNotLost() {
        store().insert(first, List.of(drafted));
        claim(1);
        store().replace(version(2), List.of(revised));

        assertThat(claim(1)).isEmpty();
        store().outbox().delivered(drafted);
        store().outbox().release(first.id(), NOON.plusSeconds(1));
        assertThat(claim(1)).containsExactly(revised);
    }

    @Test
    void write_refused_leavesNoEvent() {
        store().insert(first, List.of());
        assertThat(store().insert(first, List.of(drafted))).isFalse();
        assertThat(store().replace(version(7), List.of(revised))).isFalse();

        assertThat(claim(9)).isEmpty();
    }

    @Test
    void postpone_countsTheFailure_keepsTheOrder_andWaits() {
        store().insert(first, List.of(drafted, revised));
        claim(2);
        store().outbox().postpone(drafted, "mail is down", NOON.plusSeconds(9));

        assertThat(claim(8)).isEmpty();
        assertThat(claim(9)).containsExactly(drafted.failed("mail is down"), revised);
        store().outbox().postpone(drafted, "mail is away", NOON.plusSeconds(10));
        assertThat(claim(10)).first().satisfies(notice -> {
            assertThat(notice.attempts()).isEqualTo(2);
            assertThat(notice.cause()).isEqualTo("mail is away");
        });
    }

    @Test
    void postpone_ofADeliveredEvent_changesNothing() {
        store().insert(first, List.of(drafted, revised));
        claim(2);
        store().outbox().delivered(drafted);
        store().outbox().postpone(drafted, "late", NOON.plusSeconds(900));
        store().outbox().bury(drafted, "late");
        store().outbox().release(first.id(), NOON.plusSeconds(3));

        assertThat(store().outbox().buried(10)).isEmpty();
        assertThat(claim(3)).containsExactly(revised);
    }

    @Test
    void bury_takesTheEventOutOfTheWay_andReplayBringsItBack() {
        store().insert(first, List.of(drafted, revised));
        Contract second = draft("c2", "org", NOON.plusSeconds(1));
        ContractNotice other = new ContractNotice("c2/1", new ContractDrafted(second.id(), NOON.plusSeconds(7)));
        store().insert(second, List.of(other));
        claim(0);
        store().outbox().bury(revised, "never works");
        store().outbox().bury(revised, "never works");
        store().outbox().release(first.id(), NOON.plusSeconds(3));
        assertThat(claim(1)).extracting(ContractNotice::id).containsExactly("c2/1");
        store().outbox().bury(other, "x");
        store().outbox().release(second.id(), NOON.plusSeconds(1));

        assertThat(store().outbox().buried(1)).containsExactly(revised.failed("never works"));
        assertThat(store().outbox().buried(10)).extracting(ContractNotice::id).containsExactly(revised.id(), "c2/1");
        assertThat(claim(3)).containsExactly(drafted);
        store().outbox().delivered(drafted);
        store().outbox().release(first.id(), NOON.plusSeconds(1));
        assertThat(store().outbox().waiting()).isZero();

        assertThat(store().outbox().replay(first.id(), "c1/7", NOON)).isFalse();
        assertThat(store().outbox().replay(second.id(), revised.id(), NOON)).isFalse();
        assertThat(store().outbox().replay(first.id(), revised.id(), NOON.plusSeconds(5)))
                .isTrue();
        assertThat(store().outbox().replay(first.id(), revised.id(), NOON.plusSeconds(5)))
                .isFalse();
        assertThat(claim(4)).isEmpty();
        assertThat(claim(5)).containsExactly(revised);
        assertThat(store().outbox().buried(10)).extracting(ContractNotice::id).containsExactly("c2/1");
    }

    @Test
    void replace_keepsFailuresAndBuriedEvents() {
        store().insert(first, List.of(drafted, revised));
        claim(1);
        store().outbox().bury(drafted, "never works");
        store().outbox().postpone(revised, "mail is down", NOON.plusSeconds(3));
        store().replace(version(2), List.of(offered));

        assertThat(claim(3)).containsExactly(revised.failed("mail is down"), offered);
        assertThat(store().outbox().buried(10)).containsExactly(drafted.failed("never works"));
    }
}
