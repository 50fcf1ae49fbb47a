package io.nestcms.access.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.access.Grant;
import io.nestcms.access.GrantStore;
import io.nestcms.access.Permission;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every {@link GrantStore} does. Extend it with a store that is empty at each test. */
public abstract class GrantStoreContract {
    private static final Instant AT = Instant.parse("2026-11-30T10:00:00Z");

    /** The store under test, the same one within a test. */
    protected abstract GrantStore store();

    private static Grant grant(String id, String userId, int second) {
        return new Grant(
                id,
                userId,
                Permission.READ,
                "payment",
                second == 0 ? null : "p-" + second,
                "u-admin",
                AT.plusSeconds(second),
                second == 0 ? null : AT.plusSeconds(1_000),
                null,
                null);
    }

    @Test
    void save_isFoundAsItWas_newestFirst() {
        Grant first = grant("g-1", "u-1", 0);
        Grant second = grant("g-2", "u-1", 7);
        store().save(first);
        store().save(second);
        store().save(grant("g-3", "u-2", 0));

        assertThat(store().find("g-1")).contains(first);
        assertThat(store().find("g-9")).isEmpty();
        assertThat(store().ofUser("u-1")).containsExactly(second, first);
        assertThat(store().ofUser("u-3")).isEmpty();
    }

    @Test
    void save_revoked_staysOnRecord() {
        Grant given = grant("g-1", "u-1", 7);
        store().save(given);
        Grant revoked = given.revoked("u-owner", AT.plusSeconds(50));
        store().save(revoked);

        assertThat(store().ofUser("u-1")).containsExactly(revoked);
        assertThat(revoked.holds(AT.plusSeconds(49))).isFalse();
    }
}
