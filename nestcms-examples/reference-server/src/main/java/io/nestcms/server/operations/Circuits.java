package io.nestcms.server.operations;

import io.nestcms.resilience.BreakerSnapshot;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The circuits to the outside. In two registries, since those to the gateway are remembered in the database, and those to the
 * database cannot be.
 *
 * @param gateway remembered over a restart, and ordered about by other nodes
 * @param database closed at each start
 */
public record Circuits(CircuitBreakers gateway, CircuitBreakers database) {
    private static final Duration SOON = Duration.ofSeconds(1);

    Stream<CircuitBreakers> registries() {
        return Stream.of(gateway, database);
    }

    List<CircuitBreaker> list() {
        return all(CircuitBreakers::list);
    }

    List<BreakerSnapshot> snapshots() {
        return all(CircuitBreakers::snapshots);
    }

    /** After how long the database may answer again: when its circuits let calls through, or soon if they do now. */
    public Duration databaseRetry() {
        return database.list().stream()
                .flatMap(breaker -> breaker.retryAfter().stream())
                .reduce(SOON, (longest, each) -> each.compareTo(longest) > 0 ? each : longest);
    }

    private <T> List<T> all(Function<CircuitBreakers, List<T>> of) {
        return registries().flatMap(registry -> of.apply(registry).stream()).toList();
    }
}
