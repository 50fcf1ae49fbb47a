package io.nestcms.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.BreakerOrder;
import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.BreakerOrders;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every {@link BreakerOrders} must do. */
public abstract class BreakerOrdersContract {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

    /** The orders under test; none at the beginning of each test. */
    protected abstract BreakerOrders orders();

    @Test
    void standing_noneGiven_isEmpty() {
        assertThat(orders().standing()).isEmpty();
    }

    @Test
    void give_numbersTheOrdersToOneName() {
        BreakerOrder first = orders().give("paytabs", Command.FORCE_OPEN, "ops", NOW);
        BreakerOrder second = orders().give("paytabs", Command.CLOSE, "ops", NOW.plusSeconds(1));
        BreakerOrder other = orders().give("redis", Command.DISABLE, "dev", NOW);
        assertThat(first).isEqualTo(new BreakerOrder("paytabs", Command.FORCE_OPEN, "ops", NOW, 1));
        assertThat(second.number()).isGreaterThan(first.number());
        assertThat(orders().standing()).containsExactlyInAnyOrder(second, other);
    }
}
