package io.nestcms.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.access.SignInThrottle.Attempt;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {
    private Instant now = Instant.parse("2026-11-30T10:00:00Z");
    private final SignInThrottle throttle = SignInThrottle.create(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    private static Attempt attempt(String name, String address, @Nullable String mark) {
        return new Attempt(name, address, mark);
    }

    private Duration fail(String name, String address) {
        return throttle.admit(attempt(name, address, null));
    }

    @Test
    void failures_waitLongerAndLonger_upToAQuarterOfAnHour() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Duration wait = fail("sara", "192.0.2.1");
            if (!wait.isZero()) {
                waits.add(wait.toSeconds());
                now = now.plus(wait);
                assertThat(fail("sara", "192.0.2.1")).isZero();
            }
        }
        assertThat(waits).startsWith(1L, 2L, 4L, 8L, 16L).endsWith(900L, 900L);
    }

    @Test
    void manyAtOnce_areCountedBeforeTheyEnd() {
        int letIn = 0;
        for (int i = 0; i < 100; i++) {
            letIn += fail("sara", "192.0.2.1").isZero() ? 1 : 0;
        }
        assertThat(letIn).isEqualTo(5);
    }

    @Test
    void flood_atOneAddress_stopsNobodyElsewhere() {
        for (int i = 0; i < 1_000; i++) {
            fail("sara", "192.0.2.1");
        }
        assertThat(fail("sara", "192.0.2.2")).isZero();
        assertThat(fail("omar", "192.0.2.1")).isZero();
        assertThat(fail("sara", "2001:db8::1")).isZero();
    }

    @Test
    void flood_atTheUsersOwnAddress_doesNotStopTheBrowserThatIsKnown() {
        throttle.admit(attempt("sara", "192.0.2.1", null));
        throttle.succeeded(attempt("sara", "192.0.2.1", null));
        for (int i = 0; i < 1_000; i++) {
            fail("sara", "192.0.2.1");
        }
        assertThat(fail("sara", "192.0.2.1")).isPositive();
        Attempt own = attempt("sara", "192.0.2.1", "mark-1");
        for (int i = 0; i < 17; i++) {
            assertThat(throttle.admit(own)).isZero();
            throttle.succeeded(own);
        }
        // a stolen mark is no free pass
        int letIn = 0;
        for (int i = 0; i < 100; i++) {
            letIn += throttle.admit(own).isZero() ? 1 : 0;
        }
        assertThat(letIn).isEqualTo(10);
    }

    @Test
    void flood_fromManyAddresses_leavesEveryAddressItsTries() {
        for (int i = 0; i < 500; i++) {
            fail("sara", "192.0." + i + ".1");
        }
        Attempt fresh = attempt("sara", "198.51.100.7", null);
        assertThat(throttle.admit(fresh)).isZero();
        assertThat(throttle.admit(fresh)).isZero();
        assertThat(throttle.admit(fresh)).isPositive();
    }

    @Test
    void address_thatTriesManyNames_waits_andNamesThatSignedInThereDoNot() {
        throttle.admit(attempt("omar", "192.0.2.1", null));
        throttle.succeeded(attempt("omar", "192.0.2.1", null));
        int letIn = 0;
        for (int i = 0; i < 1_000; i++) {
            letIn += fail("name" + i, "192.0.2.1").isZero() ? 1 : 0;
        }
        assertThat(letIn).isEqualTo(50);
        assertThat(fail("name1001", "192.0.2.1")).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(fail("omar", "192.0.2.1")).isZero();
    }

    @Test
    void ipv6_countsByItsNetwork() {
        for (int i = 0; i < 5; i++) {
            assertThat(fail("sara", "2001:db8:0:1::" + i)).isZero();
        }
        assertThat(fail("sara", "2001:db8:0:1:ffff::9")).isPositive();
        assertThat(fail("sara", "2001:db8:0:2::9")).isZero();
    }

    @Test
    void undo_andTime_makeItForgotten() {
        for (int i = 0; i < 20; i++) {
            assertThat(fail("sara", "192.0.2.1")).isZero();
            throttle.undo(attempt("sara", "192.0.2.1", null));
        }
        for (int i = 0; i < 5; i++) {
            fail("sara", "192.0.2.1");
        }
        assertThat(fail("sara", "192.0.2.1")).isPositive();
        now = now.plus(Duration.ofHours(24));
        assertThat(fail("sara", "192.0.2.1")).isZero();
        assertThat(fail("sara", "192.0.2.1")).isZero();
    }
}
