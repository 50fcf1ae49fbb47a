package io.nestcms.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.BreakerMemory;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.BreakerStore;
import io.nestcms.resilience.FailureClass;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link BreakerStore} must do. */
public abstract class BreakerStoreContract {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

    /** The store under test; empty at the beginning of each test and the same within one. */
    protected abstract BreakerStore store();

    private static BreakerMemory memory(String name, int openings) {
        return new BreakerMemory(
                name,
                BreakerState.OPEN,
                NOW.minusSeconds(10),
                NOW.plusSeconds(20),
                openings,
                true,
                List.of(
                        new BreakerMemory.Calls(null, true, 7, NOW),
                        new BreakerMemory.Calls(FailureClass.TIMEOUT, false, 3, NOW)),
                NOW);
    }

    @Test
    void find_nothingSaved_isEmpty() {
        assertThat(store().find("paytabs")).isEmpty();
    }

    @Test
    void find_afterSave_givesEverything() {
        store().save(memory("paytabs", 1));
        store().save(memory("redis", 2));
        assertThat(store().find("paytabs")).contains(memory("paytabs", 1));
        assertThat(store().find("redis")).contains(memory("redis", 2));
    }

    @Test
    void save_again_replaces() {
        store().save(memory("paytabs", 1));
        BreakerMemory closed =
                new BreakerMemory("paytabs", BreakerState.CLOSED, NOW, null, 0, false, List.of(), NOW.plusSeconds(1));
        store().save(closed);
        assertThat(store().find("paytabs")).contains(closed);
    }
}
