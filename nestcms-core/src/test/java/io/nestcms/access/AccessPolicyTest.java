package io.nestcms.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
    private static final Subject CLIENT = new Subject("u-1", Set.of(Role.CLIENT));
    private static final Target OWN = new Target("payment", "p-1", "u-1");
    private static final Target OTHERS = new Target("payment", "p-2", "u-2");

    private final GrantStore grants = InMemoryGrantStore.create();
    private final AccessPolicy policy = AccessPolicy.builder(grants)
            .clock(Clock.fixed(NOW, ZoneOffset.UTC))
            .allowOwn(Role.CLIENT, "payment", Permission.READ, Permission.WRITE)
            .allow(Role.ADMIN, "payment", Permission.READ)
            .build();

    private boolean may(Subject who, Permission what, Target on) {
        return policy.decide(who, what, on).isAllowed();
    }

    @Test
    void nothing_isAllowedThatNoRuleAllows() {
        for (Permission permission : Permission.values()) {
            assertThat(may(new Subject("u-1", Set.of()), permission, OWN)).isFalse();
            assertThat(may(CLIENT, permission, new Target("user", "u-1", "u-1")))
                    .isFalse();
        }
    }

    @Test
    void own_isOwnOnly() {
        assertThat(may(CLIENT, Permission.READ, OWN)).isTrue();
        assertThat(may(CLIENT, Permission.WRITE, Target.ownOf("payment", "u-1")))
                .isTrue();
        assertThat(may(CLIENT, Permission.READ, OTHERS)).isFalse();
        assertThat(may(CLIENT, Permission.READ, Target.all("payment"))).isFalse();
        assertThat(may(CLIENT, Permission.APPROVE, OWN)).isFalse();
        assertThat(may(new Subject("u-9", Set.of(Role.ADMIN, Role.CLIENT)), Permission.READ, OTHERS))
                .isTrue();
        assertThat(may(new Subject("u-9", Set.of(Role.ADMIN)), Permission.MODIFY, OTHERS))
                .isFalse();
    }

    @Test
    void grant_onOneObject_untilItsEnd_orUntilRevoked() {
        Grant one = new Grant(
                "g",
                "u-1",
                Permission.APPROVE,
                "payment",
                "p-2",
                "u-9",
                NOW.minusSeconds(9),
                NOW.plusMillis(1),
                null,
                null);
        grants.save(one);
        assertThat(policy.decide(CLIENT, Permission.APPROVE, OTHERS)).isEqualTo(new Decision.Allowed("grant g"));
        assertThat(may(CLIENT, Permission.APPROVE, OWN)).isFalse();
        assertThat(may(CLIENT, Permission.READ, OTHERS)).isFalse();
        assertThat(may(CLIENT, Permission.APPROVE, Target.all("payment"))).isFalse();
        assertThat(may(new Subject("u-3", Set.of()), Permission.APPROVE, OTHERS))
                .isFalse();

        grants.save(one.revoked("u-9", NOW));
        assertThat(may(CLIENT, Permission.APPROVE, OTHERS)).isFalse();
        grants.save(new Grant(
                "g", "u-1", Permission.APPROVE, "payment", "p-2", "u-9", NOW.minusSeconds(9), NOW, null, null));
        assertThat(may(CLIENT, Permission.APPROVE, OTHERS)).isFalse();
    }

    @Test
    void grant_onAModel_isForAllOfIt() {
        grants.save(new Grant("g", "u-1", Permission.READ, "payment", null, "u-9", NOW, null, null, null));
        assertThat(may(CLIENT, Permission.READ, OTHERS)).isTrue();
        assertThat(may(CLIENT, Permission.READ, Target.all("payment"))).isTrue();
        assertThat(may(CLIENT, Permission.READ, Target.all("contract"))).isFalse();
    }

    @Test
    void badValues_areRefused() {
        assertThatThrownBy(() -> Target.all("Payment")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Target("payment", "", null)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Grant("g", "u", Permission.READ, "payment", null, "a", NOW, NOW, null, null))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Grant("g", "u", Permission.READ, "payment", null, "a", NOW, null, "b", null))
                .isInstanceOf(InvalidInputException.class);
    }
}
