package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.ReplayClaim.Granted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InMemoryReplayGuardTest implements ReplayGuardContract {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000); // elapsed time may wrap around
    private final InMemoryReplayGuard guard = builder().build();

    @Override
    public ReplayGuard guard() {
        return guard;
    }

    @Override
    public void passLease() {
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    }

    @Override
    public void passRetention() {
        nanos.addAndGet(Duration.ofHours(1).toNanos());
    }

    @Test
    void claim_full_forgetsTheOldestDone() {
        InMemoryReplayGuard small = builder().maxEntries(3).build();
        for (String key : new String[] {"a", "b", "c", "d"}) {
            small.commit((Granted) small.claim(key));
        }

        assertThat(small.size()).isEqualTo(3);
        assertThat(small.claim("d")).isEqualTo(new ReplayClaim.Done());
        assertThat(small.claim("a")).isInstanceOf(Granted.class);
        assertThat(small.size()).isEqualTo(3);
        assertThat(small.claim("b")).isInstanceOf(Granted.class);
    }

    @Test
    void claim_fullOfClaims_isRefusedAndNoClaimIsLost() {
        InMemoryReplayGuard small = builder().maxEntries(2).build();
        Granted first = (Granted) small.claim("a");
        small.claim("b");

        assertThatExceptionOfType(WebhookException.class).isThrownBy(() -> small.claim("c"));

        assertThat(small.claim("a")).isEqualTo(new ReplayClaim.InProgress());
        small.commit(first);
        assertThat(small.claim("a")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    void commit_lateAndFull_forgetsTheOldestDone() {
        InMemoryReplayGuard small = builder().maxEntries(2).build();
        Granted late = (Granted) small.claim("a");
        passLease();
        small.commit((Granted) small.claim("b"));
        small.commit((Granted) small.claim("c"));

        small.commit(late);

        assertThat(small.size()).isEqualTo(2);
        assertThat(small.claim("a")).isEqualTo(new ReplayClaim.Done());
        assertThat(small.claim("c")).isEqualTo(new ReplayClaim.Done());
    }

    @Test
    void commit_lateAfterAnotherWasDone_keepsItNoLonger() {
        Granted late = (Granted) guard.claim("a");
        passLease();
        guard.commit((Granted) guard.claim("a"));
        nanos.addAndGet(Duration.ofMinutes(30).toNanos());

        guard.commit(late);

        nanos.addAndGet(Duration.ofMinutes(30).toNanos());
        assertThat(guard.claim("a")).isInstanceOf(Granted.class);
    }

    @Test
    void claim_moreKeysThanTheBound_staysWithinIt() {
        InMemoryReplayGuard small = builder().maxEntries(1000).build();
        for (int i = 0; i < 5000; i++) {
            small.commit((Granted) small.claim(Integer.toString(i)));
        }

        assertThat(small.size()).isEqualTo(1000);
    }

    @Test
    void claim_atTheLastNanosecondOfTheLease_isStillHeld() {
        guard.claim("a");
        nanos.addAndGet(Duration.ofSeconds(10).toNanos() - 1);

        assertThat(guard.claim("a")).isEqualTo(new ReplayClaim.InProgress());
        nanos.incrementAndGet();
        assertThat(guard.claim("a")).isInstanceOf(Granted.class);
    }

    @Test
    void defaults_areThoseOfTheDocumentation() {
        AtomicLong time = new AtomicLong();
        InMemoryReplayGuard standard =
                InMemoryReplayGuard.builder().ticker(time::get).build();
        standard.commit((Granted) standard.claim("done"));
        standard.claim("held");

        time.set(Duration.ofMinutes(1).toNanos() - 1);
        assertThat(standard.claim("held")).isEqualTo(new ReplayClaim.InProgress());
        time.incrementAndGet();
        assertThat(standard.claim("held")).isInstanceOf(Granted.class);
        time.set(Duration.ofDays(3).toNanos() - 1);
        assertThat(standard.claim("done")).isEqualTo(new ReplayClaim.Done());
        time.incrementAndGet();
        assertThat(standard.claim("done")).isInstanceOf(Granted.class);
    }

    @Test
    void builder_wrongValues_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxEntries(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().lease(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().lease(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().retention(Duration.ofDays(36_501)));
    }

    private InMemoryReplayGuard.Builder builder() {
        return InMemoryReplayGuard.builder()
                .lease(Duration.ofSeconds(10))
                .retention(Duration.ofHours(1))
                .ticker(nanos::get);
    }
}
