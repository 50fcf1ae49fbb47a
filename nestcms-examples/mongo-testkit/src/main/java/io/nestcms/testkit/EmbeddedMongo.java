package io.nestcms.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
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

    private EmbeddedMongo(Builder builder) throws IOException {
        node = new EmbeddedNode(builder.dataDirectory, builder.clock, builder.compactAfterBytes);
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
        log.info(
                "embedded MongoDB node (for demos and tests, not for production) at 127.0.0.1:{}, data {}",
                port,
                builder.dataDirectory == null ? "in memory only" : "in " + builder.dataDirectory);
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

        private Builder() {}

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
         * Recovers the data and listens.
         *
         * @throws DataDirectoryInUseException if another node has the directory open
         * @throws EmbeddedMongoException if port or directory cannot be used, or no readable snapshot is left
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
