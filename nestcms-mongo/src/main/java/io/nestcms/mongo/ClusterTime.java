package io.nestcms.mongo;

import com.mongodb.client.ClientSession;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Objects;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * A point in the history of the data: the operation to wait for, and the cluster's signed clock that makes a server believe
 * that this point exists.
 */
record ClusterTime(BsonTimestamp operation, BsonDocument cluster) {
    private static final byte FORM = 1;
    private static final int HASH_BYTES = 20;

    static @Nullable ClusterTime of(ClientSession session) {
        BsonTimestamp operation = session.getOperationTime();
        BsonDocument cluster = session.getClusterTime();
        return operation == null || cluster == null ? null : new ClusterTime(operation, cluster);
    }

    void advance(ClientSession session) {
        session.advanceClusterTime(cluster);
        session.advanceOperationTime(operation);
    }

    ClusterTime max(@Nullable ClusterTime other) {
        if (other == null) {
            return this;
        }
        BsonTimestamp later = operation.compareTo(other.operation) >= 0 ? operation : other.operation;
        BsonDocument clock = clock(cluster).compareTo(clock(other.cluster)) >= 0 ? cluster : other.cluster;
        return new ClusterTime(later, clock);
    }

    private static BsonTimestamp clock(BsonDocument cluster) {
        return cluster.getTimestamp("clusterTime");
    }

    String token() {
        BsonDocument signature = cluster.containsKey("signature") ? cluster.getDocument("signature") : null;
        ByteBuffer bytes = ByteBuffer.allocate(17 + (signature == null ? 0 : 8 + HASH_BYTES));
        bytes.put(FORM).putLong(operation.getValue()).putLong(clock(cluster).getValue());
        if (signature != null) {
            byte[] hash = signature.getBinary("hash").getData();
            if (hash.length != HASH_BYTES) {
                throw new IllegalStateException("a cluster signature of " + hash.length + " bytes");
            }
            bytes.putLong(signature.getNumber("keyId").longValue()).put(hash);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * The reverse of {@link #token()}.
     *
     * @throws IllegalArgumentException if the text is not a token
     */
    static ClusterTime parse(String token) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        try {
            if (bytes.get() != FORM) {
                throw new IllegalArgumentException("unknown form");
            }
            BsonTimestamp operation = new BsonTimestamp(bytes.getLong());
            BsonDocument cluster = new BsonDocument("clusterTime", new BsonTimestamp(bytes.getLong()));
            if (bytes.hasRemaining()) {
                long keyId = bytes.getLong();
                byte[] hash = new byte[HASH_BYTES];
                bytes.get(hash);
                cluster.append(
                        "signature",
                        new BsonDocument("hash", new BsonBinary(hash)).append("keyId", new BsonInt64(keyId)));
            }
            if (bytes.hasRemaining()) {
                throw new IllegalArgumentException("too long");
            }
            return new ClusterTime(operation, cluster);
        } catch (BufferUnderflowException tooShort) {
            throw new IllegalArgumentException("too short", tooShort);
        }
    }

    /** Unsigned seconds since 1970 of the operation. */
    long seconds() {
        return Integer.toUnsignedLong(operation.getTime());
    }

    /** Checks that both parts are there. */
    ClusterTime {
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(cluster, "cluster");
    }
}
