package io.nestcms.payment.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Money is safe on every schedule that a seed can name. {@code -Dsimulation.seeds=1000000} runs more of them,
 * {@code -Dsimulation.first=4711 -Dsimulation.seeds=1} runs a single one again.
 */
class SimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 20_000);
    private static final long FIRST = Long.getLong("simulation.first", 0);

    @Test
    void money_isSafeOnEverySeed() {
        Optional<String> failure = LongStream.range(FIRST, FIRST + SEEDS)
                .parallel()
                .mapToObj(seed -> Simulation.run(seed, null).map(wrong -> "seed " + seed + ": " + wrong))
                .flatMap(Optional::stream)
                .findFirst();

        assertThat(failure).isEmpty();
    }

    @Test
    void aSeed_replaysExactly() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(Simulation.run(seed, Bug.BLIND_RESEND)).isEqualTo(Simulation.run(seed, Bug.BLIND_RESEND));
        }
    }

    /** A simulation that finds nothing proves nothing: each known mistake must be found. */
    @ParameterizedTest
    @EnumSource
    void aDeliberateBug_isFound(Bug bug) {
        Optional<String> found = LongStream.range(0, 20_000)
                .mapToObj(seed -> Simulation.run(seed, bug).orElse(null))
                .filter(Objects::nonNull)
                .findFirst();

        assertThat(found).as("what %s breaks", bug).isPresent();
    }
}
