package io.nestcms.cms.contract.contract;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractEvent.ContractDrafted;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link io.nestcms.cms.outbox.Notices} does. Extend it with stores that are empty at each test. */
public abstract class ContractOutboxContract {
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** A store without contracts, the same one for all calls within a test. */
    protected abstract ContractStore store();

    private final Contract first = draft("c1", "org", NOON);
    private final Notice<ContractEvent> drafted = notice(1, new ContractDrafted(first.id(), NOON));
    private final Notice<ContractEvent> revised = notice(2, new ContractRevised(first.id(), NOON.plusSeconds(1)));
    private final Notice<ContractEvent> offered = notice(
            3,
            new ContractStatusChanged(first.id(), NOON.plusSeconds(2), ContractStatus.DRAFT, ContractStatus.OFFERED));

    private Notice<ContractEvent> notice(int version, ContractEvent event) {
        return new Notice<>(first.id() + "/" + version, first.id().value(), event.at(), event);
    }

    private Contract version(long version) {
        return new Contract(
                first.id(), first.terms(), first.status(), version, first.createdAt(), NOON.plusSeconds(version - 1));
    }

    /** The latest claim that was given. */
    private NoticeClaim<ContractEvent> held = new NoticeClaim<>(first.id().value(), List.of(), NOON);

    private List<Notice<ContractEvent>> claim(long seconds) {
        Optional<NoticeClaim<ContractEvent>> claim = store().outbox().claim(NOON.plusSeconds(seconds), LEASE);
        held = claim.orElse(held);
        return claim.map(NoticeClaim::notices).orElse(List.of());
    }

    private boolean delivered(Notice<ContractEvent> notice) {
        return store().outbox().delivered(held, notice);
    }

    private void postpone(Notice<ContractEvent> notice, String cause, long seconds) {
        store().outbox().postpone(held, notice, cause, NOON.plusSeconds(seconds));
    }

    private boolean bury(Notice<ContractEvent> notice, String cause) {
        return store().outbox().bury(held, notice, cause);
    }

    private void release(long seconds) {
        store().outbox().release(held, NOON.plusSeconds(seconds));
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
        delivered(drafted);
        delivered(drafted);
        release(2);

        assertThat(claim(2)).containsExactly(revised);
        delivered(revised);
        release(2);

        assertThat(claim(99)).isEmpty();
        assertThat(store().outbox().waiting()).isZero();
    }

    @Test
    void release_later_isNotDueBefore() {
        store().insert(first, List.of(drafted));
        claim(0);
        release(10);

        assertThat(claim(9)).isEmpty();
        assertThat(claim(10)).containsExactly(drafted);
    }

    @Test
    void replace_whileClaimed_isNotGivenToOthers_andNotLost() {
        store().insert(first, List.of(drafted));
        claim(1);
        store().replace(version(2), List.of(revised));

        assertThat(claim(1)).isEmpty();
        delivered(drafted);
        release(1);
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
        postpone(drafted, "mail is down", 9);

        assertThat(claim(8)).isEmpty();
        assertThat(claim(9)).containsExactly(drafted.failed("mail is down"), revised);
        postpone(drafted, "mail is away", 10);
        assertThat(claim(10)).first().satisfies(notice -> {
            assertThat(notice.attempts()).isEqualTo(2);
            assertThat(notice.cause()).isEqualTo("mail is away");
        });
    }

    @Test
    void postpone_ofADeliveredEvent_changesNothing() {
        store().insert(first, List.of(drafted, revised));
        claim(2);
        delivered(drafted);
        postpone(drafted, "late", 900);
        bury(drafted, "late");
        release(3);

        assertThat(store().outbox().buried(10)).isEmpty();
        assertThat(claim(3)).containsExactly(revised);
    }

    @Test
    void bury_takesTheEventOutOfTheWay_andReplayBringsItBack() {
        store().insert(first, List.of(drafted, revised));
        Contract second = draft("c2", "org", NOON.plusSeconds(1));
        Notice<ContractEvent> other =
                new Notice<>("c2/1", "c2", NOON.plusSeconds(7), new ContractDrafted(second.id(), NOON.plusSeconds(7)));
        store().insert(second, List.of(other));
        claim(0);
        bury(revised, "never works");
        bury(revised, "never works");
        release(3);
        assertThat(claim(1)).extracting(Notice::id).containsExactly("c2/1");
        bury(other, "x");
        release(1);

        assertThat(store().outbox().buried(1)).containsExactly(revised.failed("never works"));
        assertThat(store().outbox().buried(10)).extracting(Notice::id).containsExactly(revised.id(), "c2/1");
        assertThat(claim(3)).containsExactly(drafted);
        delivered(drafted);
        release(1);
        assertThat(store().outbox().waiting()).isZero();

        assertThat(store().outbox().replay("c1", "c1/7", NOON)).isFalse();
        assertThat(store().outbox().replay("c2", revised.id(), NOON)).isFalse();
        assertThat(store().outbox().replay("c1", revised.id(), NOON.plusSeconds(5)))
                .isTrue();
        assertThat(store().outbox().replay("c1", revised.id(), NOON.plusSeconds(5)))
                .isFalse();
        assertThat(claim(4)).isEmpty();
        assertThat(claim(5)).containsExactly(revised);
        assertThat(store().outbox().buried(10)).extracting(Notice::id).containsExactly("c2/1");
    }

    @Test
    void replace_keepsFailuresAndBuriedEvents() {
        store().insert(first, List.of(drafted, revised));
        claim(1);
        bury(drafted, "never works");
        postpone(revised, "mail is down", 3);
        store().replace(version(2), List.of(offered));

        assertThat(claim(3)).containsExactly(revised.failed("mail is down"), offered);
        assertThat(store().outbox().buried(10)).containsExactly(drafted.failed("never works"));
    }

    @Test
    void claim_thatIsOver_changesNothingMore() {
        store().insert(first, List.of(drafted, revised));
        claim(2);
        NoticeClaim<ContractEvent> late = held;
        claim(2 + LEASE.toSeconds());

        assertThat(store().outbox().delivered(late, drafted)).isFalse();
        assertThat(store().outbox().bury(late, drafted, "late")).isFalse();
        store().outbox().postpone(late, drafted, "late", NOON.plusSeconds(900));
        store().outbox().release(late, NOON);

        assertThat(claim(3 + LEASE.toSeconds())).as("the later claim holds").isEmpty();
        assertThat(store().outbox().buried(10)).isEmpty();
        assertThat(delivered(drafted)).isTrue();
        release(40);
        assertThat(claim(40)).containsExactly(revised);
    }

    @Test
    void bury_whatIsGone_tellsWhetherTheClaimIsHeld() {
        store().insert(first, List.of(drafted, revised));
        claim(2);

        assertThat(bury(drafted, "never works")).isTrue();
        assertThat(bury(drafted, "never works")).isTrue();
        release(3);
        assertThat(bury(revised, "never works")).isFalse();
        assertThat(store().outbox().buried(10)).containsExactly(drafted.failed("never works"));
    }

    @Test
    void replace_afterAFailure_doesNotShortenTheWait() {
        store().insert(first, List.of(drafted));
        claim(1);
        postpone(drafted, "mail is down", 60);
        store().replace(version(2), List.of(revised));
        store().replace(version(3), List.of(offered));

        assertThat(claim(59)).isEmpty();
        assertThat(claim(60)).containsExactly(drafted.failed("mail is down"), revised, offered);
    }
}
