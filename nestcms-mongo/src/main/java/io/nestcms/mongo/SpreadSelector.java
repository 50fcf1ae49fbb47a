package io.nestcms.mongo;

import com.mongodb.ServerAddress;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ConnectionId;
import com.mongodb.connection.ServerDescription;
import com.mongodb.event.ConnectionCheckedInEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionPoolListener;
import com.mongodb.selector.ServerSelector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Of the servers that a read may go to, leaves out those that lag too far behind and most of the time those that answer much
 * slower than the best. The driver goes on from there: it knows round trips, this knows answers. A slow server still gets one
 * read in sixteen, and so is found to be fast again. Where all lag too far behind, the primary takes their place; without a
 * primary they are compared with the newest among them.
 *
 * <p>An answer is timed from when its connection is taken from the pool until it is given back. A listener of commands would
 * be exact, but makes the driver read every command that it has just written: that is up to a fifth of an insert.
 */
final class SpreadSelector implements ServerSelector, ConnectionPoolListener {
    /** How much one answer counts in the average. */
    private static final double WEIGHT = 0.2;

    private static final double SLOW_FACTOR = 2;
    private static final double SLOW_MILLIS = 5;
    private static final double VERY_SLOW_FACTOR = 4;
    private static final double VERY_SLOW_MILLIS = 20;

    private final Duration maxLag;
    private final RandomGenerator random;
    private final Map<ServerAddress, Double> averageMillis = new ConcurrentHashMap<>();
    private final Map<ConnectionId, Long> takenAt = new ConcurrentHashMap<>();

    /** Of one client and not of the process; emptied after each use. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable Attempt> current = new ThreadLocal<>();

    /** All servers: those to select from are what the read preference has left. */
    private volatile @Nullable Supplier<ClusterDescription> cluster;

    SpreadSelector(Duration maxLag, RandomGenerator random) {
        this.maxLag = maxLag;
        this.random = random;
    }

    /** Where to look up the primary. */
    void cluster(Supplier<ClusterDescription> all) {
        this.cluster = all;
    }

    @Override
    public List<ServerDescription> select(ClusterDescription description) {
        List<ServerDescription> servers = withoutLagging(description.getServerDescriptions());
        if (servers.size() < 2) {
            return servers;
        }
        List<ServerDescription> current = elsewhere(servers);
        double best = current.stream().mapToDouble(this::average).min().orElse(0);
        List<ServerDescription> chosen = new ArrayList<>();
        for (ServerDescription server : current) {
            if (random.nextDouble() < share(average(server), best)) {
                chosen.add(server);
            }
        }
        return chosen.isEmpty() ? current : chosen;
    }

    /** Selection runs on the thread of the operation, so what it must avoid is known by the thread. */
    private List<ServerDescription> elsewhere(List<ServerDescription> servers) {
        Attempt attempt = current.get();
        ServerAddress avoided = attempt == null ? null : attempt.avoided;
        if (avoided == null) {
            return servers;
        }
        List<ServerDescription> others = servers.stream()
                .filter(server -> !server.getAddress().equals(avoided))
                .toList();
        return others.isEmpty() ? servers : others;
    }

    /** Runs a read that remembers where it goes and does not go where it must not. */
    <T> T during(Attempt attempt, Supplier<T> read) {
        current.set(attempt);
        try {
            return read.get();
        } finally {
            current.remove();
        }
    }

    /** One try of a read. */
    static final class Attempt {
        private final @Nullable ServerAddress avoided;
        private volatile @Nullable ServerAddress server;

        Attempt(@Nullable ServerAddress avoided) {
            this.avoided = avoided;
        }

        /** Where it went, as far as it got. */
        @Nullable ServerAddress server() {
            return server;
        }
    }

    private List<ServerDescription> withoutLagging(List<ServerDescription> servers) {
        if (servers.stream().allMatch(ServerDescription::isPrimary)) {
            return servers;
        }
        Optional<ServerDescription> primary = primary();
        Optional<Instant> newest = Stream.concat(primary.stream(), servers.stream())
                .flatMap(server -> lastWrite(server).stream())
                .max(Comparator.naturalOrder());
        if (newest.isEmpty()) {
            return servers;
        }
        Instant oldest = newest.get().minus(maxLag);
        List<ServerDescription> upToDate = servers.stream()
                .filter(server ->
                        lastWrite(server).filter(at -> at.isBefore(oldest)).isEmpty())
                .toList();
        // none is left only when the primary is the newest
        return upToDate.isEmpty() ? primary.stream().toList() : upToDate;
    }

    private Optional<ServerDescription> primary() {
        Supplier<ClusterDescription> all = cluster;
        return all == null
                ? Optional.empty()
                : all.get().getServerDescriptions().stream()
                        .filter(ServerDescription::isPrimary)
                        .findFirst();
    }

    private static Optional<Instant> lastWrite(ServerDescription server) {
        return Optional.ofNullable(server.getLastWriteDate()).map(Date::toInstant);
    }

    private double average(ServerDescription server) {
        return averageMillis.getOrDefault(server.getAddress(), 0.0);
    }

    /** How often a server is chosen that answers in so long on average. */
    static double share(double average, double best) {
        if (average > best * VERY_SLOW_FACTOR + VERY_SLOW_MILLIS) {
            return 1.0 / 16;
        }
        return average > best * SLOW_FACTOR + SLOW_MILLIS ? 0.5 : 1;
    }

    @Override
    public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
        takenAt.put(event.getConnectionId(), System.nanoTime());
        // on the thread of the operation
        Attempt attempt = current.get();
        if (attempt != null) {
            attempt.server = event.getConnectionId().getServerId().getAddress();
        }
    }

    @Override
    public void connectionCheckedIn(ConnectionCheckedInEvent event) {
        Long taken = takenAt.remove(event.getConnectionId());
        if (taken != null) {
            double millis = (System.nanoTime() - taken) / 1e6;
            averageMillis.merge(
                    event.getConnectionId().getServerId().getAddress(),
                    millis,
                    (before, now) -> before + WEIGHT * (now - before));
        }
    }
}
