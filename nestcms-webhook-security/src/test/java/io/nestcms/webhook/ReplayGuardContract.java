package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.webhook.ReplayClaim.Granted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link ReplayGuard} keeps. Each test gets a guard that knows nothing of the keys it uses. */
public interface ReplayGuardContract {
    /** The guard under test. */
    ReplayGuard guard();

    /** Lets so much time pass that claims run out and done deliveries are still known. */
    void passLease();

    /** Lets so much time pass that done deliveries are forgotten. */
    void passRetention();

    @Test
    default void claim_first_isGranted_andTheNextHasToWait() {
        assertThat(guard().claim("a")).isInstanceOf(Granted.class);
        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.InProgress());
        assertThat(guard().claim("b")).isInstanceOf(Granted.class);
    }

    @Test
    default void commit_afterwardsTheDeliveryIsDone() {
        guard().commit(granted("a"));

        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());
        assertThat(guard().claim("b")).isInstanceOf(Granted.class);
    }

    @Test
    default void release_afterwardsTheNextDeliveryIsGranted() {
        guard().release(granted("a"));

        assertThat(guard().claim("a")).isInstanceOf(Granted.class);
    }

    @Test
    default void claim_neitherCommittedNorReleased_runsOut() {
        Granted lost = granted("a");

        passLease();

        assertThat(guard().claim("a"))
                .isInstanceOfSatisfying(
                        Granted.class, next -> assertThat(next.token()).isNotEqualTo(lost.token()));
    }

    @Test
    default void settle_claimThatRanOut_doesNotTouchTheOneAfterIt() {
        Granted late = granted("a");
        passLease();
        Granted current = granted("a");

        guard().release(late);
        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.InProgress());
        guard().commit(late);
        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.InProgress());

        guard().commit(current);
        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    default void commit_claimThatRanOutAsTheOneAfterItDid_isStillDone() {
        Granted late = granted("a");
        passLease();
        granted("a");
        passLease();

        guard().commit(late);

        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    default void commit_claimThatRanOutWithNobodyAfterIt_isStillDone() {
        Granted late = granted("a");
        passLease();

        guard().commit(late);

        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    default void release_doneDelivery_staysDone() {
        Granted claim = granted("a");
        guard().commit(claim);
        guard().commit(claim);
        guard().release(claim);

        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    default void done_outlastsTheLease_andIsForgottenAfterTheRetention() {
        guard().commit(granted("a"));

        passLease();
        assertThat(guard().claim("a")).isEqualTo(new ReplayClaim.Done());

        passRetention();
        assertThat(guard().claim("a")).isInstanceOf(Granted.class);
    }

    @Test
    default void claim_hundredAtOnce_oneIsGranted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<ReplayClaim>> claims = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                claims.add(threads.submit(() -> {
                    start.await();
                    return guard().claim("a");
                }));
            }
            start.countDown();
            int granted = 0;
            for (Future<ReplayClaim> claim : claims) {
                granted += claim.get() instanceof Granted ? 1 : 0;
            }
            assertThat(granted).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private Granted granted(String key) {
        ReplayClaim claim = guard().claim(key);
        assertThat(claim).isInstanceOf(Granted.class);
        return (Granted) claim;
    }
}
