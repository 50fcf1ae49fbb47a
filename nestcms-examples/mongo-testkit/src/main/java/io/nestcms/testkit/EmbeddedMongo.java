package io.nestcms.testkit;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One MongoDB node inside this JVM, on a loopback port, for demos and tests. <strong>Not for production:</strong> one
 * node is no replica set, all data is held in memory, there is no authentication and only a part of MongoDB is there.
 *
 * <p>The unmodified driver talks to it and takes it for a replica set of one, so sessions and retryable writes work.
 * With a data directory a write is acknowledged only when it is on disk, so nothing acknowledged is lost by killing the
 * process. What the node cannot do as a MongoDB server would (transactions, update pipelines, partial indexes,
 * collations, ...) it refuses with an error; it ignores nothing.
 *
 * <p>Safe for use by many threads. The node closes its port, connections and files with {@link #close()}.
 *
 * @since 0.1
 */
public final class EmbeddedMongo implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedMongo.class);

    private final EmbeddedNode node;
    private final WireServer server;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ScheduledExecutorService sweeper;
    private final ScheduledFuture<?> sweeps;

    private EmbeddedMongo(Builder builder) throws IOException {
        node = new EmbeddedNode(
                builder.dataDirectory, builder.clock, builder.compactAfterBytes, builder.goOnAfterDamage);
        server = new WireServer("embedded-mongo", node);
        node.announce(builder.port); // clients of the node before may be back before listen() returns
        try {
            port = server.listen(builder.port);
        } catch (IOException | RuntimeException e) {
            server.close();
            node.close();
            throw e;
        }
        node.announce(port);
        long interval = builder.expireEvery.toMillis();
        sweeper = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("embedded-mongo-ttl", true));
        sweeps = sweeper.scheduleWithFixedDelay(this::sweep, interval, interval, TimeUnit.MILLISECONDS);
        log.info(
                "embedded MongoDB node (for demos and tests, not for production) at 127.0.0.1:{}, data {}",
                port,
                builder.dataDirectory == null ? "in memory only" : "in " + builder.dataDirectory);
    }

    private void sweep() {
        try {
            int expired = node.expireDocuments();
            log.debug("{} expired documents deleted", expired);
        } catch (IOException | RuntimeException e) {
            log.error("expired documents were not deleted; the next sweep tries again", e);
        }
    }

    /** Starts to describe a node: in memory, any free port, the system's clock. */
    public static Builder builder() {
        return new Builder();
    }

    /** The connection string for the driver, without a database. */
    public String uri() {
        return "mongodb://127.0.0.1:" + port + "/?replicaSet=" + EmbeddedNode.SET_NAME;
    }

    /** The port it listens on, on 127.0.0.1 only. */
    public int port() {
        return port;
    }

    /** What was found in the data directory at the start; all zero without one. */
    public RecoveryReport recovery() {
        return node.recovery();
    }

    /**
     * What clients asked for and the node refused because it cannot do it as a MongoDB server would, in order: command,
     * database and reason, without values. A test that expects none asserts that this is empty, also where the code under
     * test catches the error.
     */
    public List<String> refusals() {
        return node.refusals();
    }

    /**
     * The queries since the start that read a whole collection because no index fits: collection and field names, without
     * values. A query without filter and order is not among them.
     */
    public Set<String> collectionScans() {
        return node.collectionScans();
    }

    /**
     * How many documents queries have looked at since the start, whether they matched or not: what a query costs, however fast the
     * machine is.
     */
    public long documentsExamined() {
        return node.documentsExamined();
    }

    /**
     * Deletes the documents that have expired under TTL indexes by now. It also happens by itself, see
     * {@link Builder#expireEvery}.
     *
     * @return how many were deleted
     * @throws UncheckedIOException if the journal cannot be written
     */
    public int expireDocuments() {
        try {
            return node.expireDocuments();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot journal the deletion of expired documents", e);
        }
    }

    /**
     * Writes a snapshot now, so that the next start reads it instead of the journal. It happens by itself as the journal
     * grows. Does nothing without a data directory.
     *
     * @throws UncheckedIOException if the snapshot cannot be written; the data is as safe as before
     */
    public void compact() {
        try {
            node.compact();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a snapshot", e);
        }
    }

    /**
     * Drops all connections, writes what is still to be written and releases port and directory. A second call does
     * nothing.
     *
     * @throws UncheckedIOException if the journal cannot be closed
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        node.endStreams();
        sweeps.cancel(false);
        sweeper.shutdown();
        server.close();
        try {
            node.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the journal", e);
        }
    }

    /** Describes a node. Not thread-safe. */
    public static final class Builder {
        private @Nullable Path dataDirectory;
        private int port;
        private Clock clock = Clock.systemUTC();
        private long compactAfterBytes = 64L << 20;
        private boolean goOnAfterDamage;

        private Duration expireEvery = Duration.ofSeconds(60);

        private Builder() {}

        /**
         * How often expired documents are deleted. Default 60 seconds, as the server does.
         *
         * @throws IllegalArgumentException if it is shorter than a millisecond
         */
        public Builder expireEvery(Duration interval) {
            if (interval.toMillis() < 1) {
                throw new IllegalArgumentException("expireEvery " + interval + " is shorter than a millisecond");
            }
            expireEvery = interval;
            return this;
        }

        /** Where the data is kept; made if it is not there. Default: nowhere, the data is gone with the node. */
        public Builder dataDirectory(Path directory) {
            dataDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * The port to listen on, on 127.0.0.1. Default 0: any free one.
         *
         * @throws IllegalArgumentException if it is not within 0 and 65535
         */
        public Builder port(int wanted) {
            if (wanted < 0 || wanted > 65_535) {
                throw new IllegalArgumentException("port " + wanted + " is not within 0 and 65535");
            }
            port = wanted;
            return this;
        }

        /** The time for cluster times and expiring documents. Default: the system's. */
        public Builder clock(Clock source) {
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * How large the journal grows before a snapshot is written. Default 64 MiB.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder compactAfterBytes(long bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("compactAfterBytes " + bytes + " is not positive");
            }
            compactAfterBytes = bytes;
            return this;
        }

        /**
         * Starts also when the journal is damaged in the middle, with what stands before; what comes after is set aside, see {@link
         * EmbeddedMongo#recovery()}. Default: it does not start, since acknowledged writes would be lost. The end of a record that
         * was being written when the process stopped is no damage: it was never acknowledged.
         */
        public Builder goOnAfterDamage() {
            goOnAfterDamage = true;
            return this;
        }

        /**
         * Recovers the data and listens.
         *
         * @throws DataDirectoryInUseException if another node has the directory open
         * @throws EmbeddedMongoException if port or directory cannot be used, no readable snapshot is left, or the journal is
         *     damaged in the middle
         */
        public EmbeddedMongo start() {
            try {
                return new EmbeddedMongo(this);
            } catch (IOException e) {
                throw new EmbeddedMongoException("the embedded node cannot start: " + e.getMessage(), e);
            }
        }
    }
}
