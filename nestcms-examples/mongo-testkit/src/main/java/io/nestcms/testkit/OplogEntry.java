package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one command changed, as members hand it on. Two entries of one time are the same entry.
 *
 * @param at when, unique in the set
 * @param term the term of the primary that wrote it
 * @param wall the same as a date
 * @param appendedNanos {@link System#nanoTime()} of the primary, from which lag is counted
 * @param operations what to apply
 * @param changes what to tell change streams, in the order of the command
 */
record OplogEntry(
        BsonTimestamp at,
        long term,
        Instant wall,
        long appendedNanos,
        List<Operation> operations,
        List<Change> changes) {

    /** One changed document, or a dropped collection. */
    record Change(
            String type,
            String database,
            String collection,
            @Nullable Document before,
            @Nullable Document after) {}

    boolean isSame(OplogEntry other) {
        return at.equals(other.at);
    }

    OplogEntry {
        operations = List.copyOf(operations);
        changes = List.copyOf(changes);
    }
}
