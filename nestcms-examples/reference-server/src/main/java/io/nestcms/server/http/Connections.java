package io.nestcms.server.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections: how many there are of whom, and whether each keeps the pace. {@link #sweep} is called again and again and ends
 * those that do not.
 */
final class Connections implements Connection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int NETWORK_BYTES = 8;

    private final ClientLimits limits;
    private final Predicate<InetAddress> proxy;
    private final LongSupplier nanos;
    private final Map<Connection, Line> lines = new ConcurrentHashMap<>();
    private final Map<Object, Set<Line>> byOrigin = new HashMap<>();
    private final Object ofProxies = new Object();
    private final AtomicLong turns = new AtomicLong();

    Connections(ClientLimits limits, Predicate<InetAddress> proxy, LongSupplier nanos) {
        this.limits = limits;
        this.proxy = proxy;
        this.nanos = nanos;
    }

    @Override
    public void onOpened(Connection connection) {
        Line line = new Line(connection, origin(connection.getEndPoint().getRemoteSocketAddress()), nanos.getAsLong());
        Line ended;
        synchronized (byOrigin) {
            Set<Line> siblings = byOrigin.computeIfAbsent(line.origin, none -> new HashSet<>());
            ended = room(line, siblings);
            if (ended == line) {
                if (siblings.isEmpty()) {
                    byOrigin.remove(line.origin);
                }
            } else {
                lines.put(connection, line);
                siblings.add(line);
            }
        }
        if (ended != null) {
            ended.end("at the limit of connections");
        }
    }

    /** Who makes room, if anybody has to: the newcomer itself where all others are being worked on. */
    private @Nullable Line room(Line newcomer, Set<Line> siblings) {
        if (newcomer.origin != ofProxies && siblings.size() >= limits.perAddress()) {
            return oldest(siblings).orElse(newcomer);
        }
        if (lines.size() >= limits.connections()) {
            return byOrigin.values().stream()
                    .max(Comparator.comparingInt(Collection::size))
                    .flatMap(Connections::oldest)
                    .orElse(newcomer);
        }
        return null;
    }

    /** One that was told to make room is out of the count at once, however long its end takes. */
    private static Optional<Line> oldest(Set<Line> of) {
        Optional<Line> found =
                of.stream().filter(line -> !line.working).min(Comparator.comparingLong(line -> line.turn));
        found.ifPresent(of::remove);
        return found;
    }

    @Override
    public void onClosed(Connection connection) {
        Line line = lines.remove(connection);
        if (line == null) {
            return;
        }
        synchronized (byOrigin) {
            Set<Line> siblings = byOrigin.get(line.origin);
            if (siblings != null && siblings.remove(line) && siblings.isEmpty()) {
                byOrigin.remove(line.origin);
            }
        }
    }

    private Object origin(@Nullable SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress internet) || internet.getAddress() == null) {
            return "elsewhere";
        }
        InetAddress address = internet.getAddress();
        if (proxy.test(address)) {
            return ofProxies;
        }
        return address instanceof Inet6Address
                ? ByteBuffer.wrap(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
                : address;
    }

    /** The connection of a request. */
    Line of(Connection connection) {
        Line line = lines.get(connection);
        // one that was told to make room while its request came in
        return line == null ? new Line(connection, ofProxies, nanos.getAsLong()) : line;
    }

    /** Ends the connections that do not keep the pace. */
    void sweep() {
        long now = nanos.getAsLong();
        lines.values().forEach(line -> line.check(now));
    }

    int open() {
        return lines.size();
    }

    /** One connection. */
    final class Line {
        private final Connection connection;
        private final Object origin;
        private volatile long since;
        /** In which order they began to wait: two may do so at one moment. */
        private volatile long turn;

        private volatile long before;
        private volatile boolean begun;
        private volatile boolean whole;
        private volatile boolean working;
        /** When what is being written must have been taken; 0 while nothing is. */
        private volatile long takenBy;

        private Line(Connection connection, Object origin, long since) {
            this.connection = connection;
            this.origin = origin;
            this.since = since;
            this.turn = turns.incrementAndGet();
        }

        /** Its request is whole and waits for a thread: how long that takes is our affair. */
        void whole() {
            whole = true;
        }

        /** Its request is worked on. */
        void work() {
            working = true;
        }

        /** Bytes go out. */
        void write(long bytes) {
            long until = nanos.getAsLong() + allowed(bytes);
            takenBy = until == 0 ? 1 : until;
        }

        /** They were taken. */
        void written() {
            takenBy = 0;
        }

        /** The work is done; what is left of the answer only needs its reader. */
        void answering() {
            since = nanos.getAsLong();
            turn = turns.incrementAndGet();
            working = false;
        }

        /** Request and answer are over. */
        void rest() {
            takenBy = 0;
            before = connection.getBytesIn();
            since = nanos.getAsLong();
            turn = turns.incrementAndGet();
            begun = false;
            whole = false;
            working = false;
        }

        private void check(long now) {
            long until = takenBy;
            if (until != 0) {
                if (now - until > 0) {
                    end("its answer is not taken");
                }
                return;
            }
            if (whole) {
                return;
            }
            long came = connection.getBytesIn() - before;
            if (came > 0 && !begun) {
                begun = true;
                since = now;
            } else if (begun && now - since > allowed(came)) {
                end("its request does not come");
            }
        }

        private long allowed(long bytes) {
            return limits.grace().toNanos() + TimeUnit.SECONDS.toNanos(bytes) / limits.bytesPerSecond();
        }

        private void end(String why) {
            LOG.debug("A connection of {} is ended: {}", origin, why);
            connection.getEndPoint().close(new TimeoutException(why));
        }
    }
}
