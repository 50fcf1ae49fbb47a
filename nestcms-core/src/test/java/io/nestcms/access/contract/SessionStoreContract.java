package io.nestcms.access.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.failure.InvalidInputException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link SessionStore} does. Extend it with a store that is empty at each test and takes 3 sessions a user. */
public abstract class SessionStoreContract {
    /** How many sessions a user may have in the store under test. */
    protected static final int SESSIONS_OF_USER = 3;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Session.Limits LIMITS = new Session.Limits(Duration.ofMinutes(30), Duration.ofHours(12));

    private final Instant start = Instant.ofEpochMilli(System.currentTimeMillis());

    /** The store under test, the same one within a test. */
    protected abstract SessionStore store();

    private Instant at(Duration later) {
        return start.plus(later);
    }

    private static SessionId id(String value) {
        return new SessionId("user-1", value);
    }

    private RefreshToken open(String value, Duration later) {
        Session session = Session.begin(id(value), at(later), LIMITS, "192.0.2.1", "Mozilla/5.0 (متصفح) 🌍");
        RefreshToken token = RefreshToken.first(session.id(), RANDOM);
        store().open(session, token, at(later));
        return token;
    }

    @Test
    void open_isFoundAsItWas() {
        open("a", Duration.ZERO);

        Session found = store().find(id("a"), start).orElseThrow();
        assertThat(found).isEqualTo(Session.begin(id("a"), start, LIMITS, "192.0.2.1", "Mozilla/5.0 (متصفح) 🌍"));
        assertThat(store().find(id("b"), start)).isEmpty();
        assertThat(store().find(new SessionId("user-2", "a"), start)).isEmpty();
    }

    @Test
    void open_repeated_changesNothing_andAnotherUnderTheNameIsRefused() {
        RefreshToken first = open("a", Duration.ZERO);
        Session session = store().find(id("a"), start).orElseThrow();

        store().open(session, first, start);
        assertThat(store().list("user-1", start)).containsExactly(session);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> store().open(session, RefreshToken.first(id("a"), RANDOM), start));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> store().open(session, RefreshToken.first(id("b"), RANDOM), start));
    }

    @Test
    void touch_movesTheIdleLimit_notTheAbsoluteOne() {
        open("a", Duration.ZERO);
        Duration step = Duration.ofMinutes(29);
        Duration time = step;
        for (; time.compareTo(LIMITS.atMost()) < 0; time = time.plus(step)) {
            assertThat(store().touch(id("a"), at(time)).orElseThrow().lastSeen())
                    .isEqualTo(at(time));
        }
        assertThat(store().touch(id("a"), at(LIMITS.atMost().minusMillis(1)))).isPresent();
        assertThat(store().find(id("a"), at(LIMITS.atMost()))).isEmpty();
        assertThat(store().touch(id("a"), at(LIMITS.atMost()))).isEmpty();
        assertThat(store().list("user-1", at(LIMITS.atMost()))).isEmpty();
    }

    @Test
    void touch_earlierTime_changesNothing() {
        open("a", Duration.ofMinutes(5));
        assertThat(store().touch(id("a"), start).orElseThrow().lastSeen()).isEqualTo(at(Duration.ofMinutes(5)));
    }

    @Test
    void find_unusedForTooLong_isGone() {
        RefreshToken token = open("a", Duration.ZERO);
        assertThat(store().find(id("a"), at(LIMITS.idleFor().minusMillis(1)))).isPresent();
        assertThat(store().find(id("a"), at(LIMITS.idleFor()))).isEmpty();
        assertThat(store().refresh(token, token.next(RANDOM), at(LIMITS.idleFor())))
                .isEqualTo(new Refresh.Unknown());
    }

    @Test
    void refresh_goesOnFromTokenToToken() {
        RefreshToken token = open("a", Duration.ZERO);
        for (int generation = 1; generation <= 5; generation++) {
            RefreshToken next = token.next(RANDOM);
            Instant now = at(Duration.ofMinutes(generation));
            Refresh result = store().refresh(token, next, now);
            assertThat(result).isInstanceOf(Refresh.Renewed.class);
            Session session = ((Refresh.Renewed) result).session();
            assertThat(session.generation()).isEqualTo(generation);
            assertThat(session.lastSeen()).isEqualTo(now);
            assertThat(store().find(id("a"), now)).contains(session);
            token = next;
        }
    }

    @Test
    void refresh_repeatedWithTheSameNext_isAnsweredAlike() {
        RefreshToken token = open("a", Duration.ZERO);
        RefreshToken next = token.next(RANDOM);

        Refresh first = store().refresh(token, next, start);
        assertThat(store().refresh(token, next, start)).isEqualTo(first);
        assertThat(store().refresh(next, next.next(RANDOM), start)).isInstanceOf(Refresh.Renewed.class);
    }

    @Test
    void refresh_earlierToken_endsTheSession() {
        RefreshToken first = open("a", Duration.ZERO);
        RefreshToken second = first.next(RANDOM);
        RefreshToken third = second.next(RANDOM);
        open("b", Duration.ZERO);
        store().refresh(first, second, start);
        store().refresh(second, third, start);
        Session before = store().find(id("a"), start).orElseThrow();

        assertThat(store().refresh(first, first.next(RANDOM), start)).isEqualTo(new Refresh.Reused(before));

        assertThat(store().find(id("a"), start)).isEmpty();
        assertThat(store().refresh(third, third.next(RANDOM), start)).isEqualTo(new Refresh.Unknown());
        assertThat(store().find(id("b"), start)).isPresent();
    }

    @Test
    void refresh_madeUpToken_changesNothing() {
        RefreshToken token = open("a", Duration.ZERO);
        RefreshToken madeUp = RefreshToken.first(id("a"), RANDOM);

        assertThat(store().refresh(madeUp, madeUp.next(RANDOM), start)).isEqualTo(new Refresh.Unknown());
        assertThat(store().refresh(token, token.next(RANDOM), start)).isInstanceOf(Refresh.Renewed.class);
    }

    @Test
    void refresh_nextOfAnotherKind_isRefused() {
        RefreshToken token = open("a", Duration.ZERO);
        for (RefreshToken wrong :
                List.of(token, RefreshToken.first(id("a"), RANDOM), RefreshToken.first(id("b"), RANDOM))) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> store().refresh(token, wrong, start));
        }
        assertThat(store().refresh(token, token.next(RANDOM), start)).isInstanceOf(Refresh.Renewed.class);
    }

    @Test
    void refresh_sameTokenAtOnce_oneIsRenewed_andTheSessionEnds() throws Exception {
        RefreshToken token = open("a", Duration.ZERO);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Refresh>> uses = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                uses.add(threads.submit(() -> {
                    go.await();
                    return store().refresh(token, token.next(RANDOM), start);
                }));
            }
            go.countDown();
            List<Class<?>> ends = new ArrayList<>();
            for (Future<Refresh> use : uses) {
                ends.add(use.get().getClass());
            }
            assertThat(ends)
                    .containsExactlyInAnyOrder(
                            Refresh.Renewed.class, Refresh.Reused.class, Refresh.Unknown.class, Refresh.Unknown.class);
            assertThat(store().find(id("a"), start)).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void list_theLastSeenFirst_andOneTooManyEndsTheLongestUnseen() {
        open("a", Duration.ofMinutes(1));
        open("b", Duration.ofMinutes(2));
        open("c", Duration.ofMinutes(3));
        store().touch(id("a"), at(Duration.ofMinutes(4)));
        assertThat(values(Duration.ofMinutes(5))).containsExactly("a", "c", "b");

        open("d", Duration.ofMinutes(5));
        assertThat(values(Duration.ofMinutes(5))).containsExactly("d", "a", "c");
        assertThat(store().list("user-2", start)).isEmpty();
    }

    private List<String> values(Duration later) {
        return store().list("user-1", at(later)).stream()
                .map(session -> session.id().value())
                .toList();
    }

    @Test
    void open_endedOnesTakeNoPlace() {
        open("a", Duration.ZERO);
        open("b", Duration.ZERO);
        open("c", LIMITS.idleFor());
        open("d", LIMITS.idleFor());
        open("e", LIMITS.idleFor());
        assertThat(values(LIMITS.idleFor())).containsExactlyInAnyOrder("c", "d", "e");
    }

    @Test
    void end_oneOrAll() {
        RefreshToken token = open("a", Duration.ZERO);
        open("b", Duration.ZERO);
        open("c", Duration.ZERO);

        assertThat(store().end(id("a"))).isTrue();
        assertThat(store().end(id("a"))).isFalse();
        assertThat(store().refresh(token, token.next(RANDOM), start)).isEqualTo(new Refresh.Unknown());
        assertThat(store().endAll("user-1")).isEqualTo(2);
        assertThat(store().endAll("user-1")).isZero();
        assertThat(store().list("user-1", start)).isEmpty();
    }
}
