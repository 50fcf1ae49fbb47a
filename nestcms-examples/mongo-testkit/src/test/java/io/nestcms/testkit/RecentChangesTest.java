package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentChangesTest {
    private static OplogEntry entry(int at, int length) {
        Document before = new Document("_id", at).append("text", "x".repeat(length));
        OplogEntry.Change change = new OplogEntry.Change("update", "shop", "rows", before, before);
        return new OplogEntry(new BsonTimestamp(at), 1, Instant.EPOCH, 0, List.of(), List.of(change));
    }

    @Test
    void append_large_areBoundedByTheirSize_andTheNewestStay() {
        RecentChanges recent = new RecentChanges(new BsonTimestamp(0));
        for (int at = 1; at <= 2_000; at++) {
            recent.append(at, entry(at, 10_000));
            recent.committed(at);
        }

        assertThat(recent.bytes()).isLessThan(17 << 20);
        assertThat(recent.committedSince(new BsonTimestamp(1_500))).hasSizeGreaterThan(500);
        assertThatThrownBy(() -> recent.committedSince(new BsonTimestamp(10))).isInstanceOf(MongoServerError.class);
    }

    @Test
    void append_oneLargerThanAll_isStillTold() {
        RecentChanges recent = new RecentChanges(new BsonTimestamp(0));
        recent.append(1, entry(1, 10));
        recent.append(2, entry(2, 20 << 20));
        recent.committed(2);

        assertThat(recent.committedSince(new BsonTimestamp(2))).hasSize(1);
    }
}
