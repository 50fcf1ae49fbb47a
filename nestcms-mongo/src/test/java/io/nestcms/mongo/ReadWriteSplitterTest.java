package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Filters;
import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class ReadWriteSplitterTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ReadWriteSplitter splitter = ReadWriteSplitter.builder(TestMongo.client(), TestMongo.freshDatabase())
            .nanoTime(nanos::get)
            .build();

    private void write(ReadScope scope, int value) {
        splitter.write(
                scope,
                (database, session) -> database.getCollection("c")
                        .updateOne(
                                session,
                                Filters.eq("_id", 1),
                                new Document("$set", new Document("v", value)),
                                new com.mongodb.client.model.UpdateOptions().upsert(true)));
    }

    private Integer read(ReadPurpose purpose) {
        Document found = splitter.read(
                purpose,
                (database, session) -> database.getCollection("c")
                        .find(session, Filters.eq("_id", 1))
                        .first());
        return found == null ? null : found.getInteger("v");
    }

    @Test
    void read_everyPurpose_seesTheWrite() {
        ReadScope scope = ReadScope.begin();
        write(scope, 7);

        assertThat(read(ReadPurpose.fresh())).isEqualTo(7);
        assertThat(read(ReadPurpose.within(scope))).isEqualTo(7);
        assertThat(read(ReadPurpose.staleUpTo(Duration.ofSeconds(1)))).isEqualTo(7);
        assertThat(read(ReadPurpose.report())).isEqualTo(7);
        assertThat(splitter.counts()).isEqualTo(new SplitterCounts(1, 1, 3, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void token_overToAnotherProcess_goesOn() {
        ReadScope scope = ReadScope.begin();
        write(scope, 8);

        ReadScope resumed = ReadScope.resume(scope.token());

        assertThat(resumed.token()).isEqualTo(scope.token()).matches("[A-Za-z0-9_-]{1,64}");
        assertThat(read(ReadPurpose.within(resumed))).isEqualTo(8);
    }

    @Test
    void token_nothingHappened_isResumable() {
        assertThat(ReadScope.resume(ReadScope.begin().token()).token()).isEqualTo("none");
    }

    @Test
    void resume_malformedOrFuture_isRefused() {
        BsonTimestamp future = new BsonTimestamp(2_000_000_000, 1);
        String token = new ClusterTime(future, new BsonDocument("clusterTime", future)).token();
        Clock clock = Clock.fixed(Instant.ofEpochSecond(1_999_999_000), ZoneOffset.UTC);

        for (String bad : new String[] {"", "!", "AQ", token + "AAAA", "AgAAAAAAAAAAAAAAAAAAAAA"}) {
            assertThatThrownBy(() -> ReadScope.resume(bad, clock))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith("readToken is malformed");
        }
        assertThatThrownBy(() -> ReadScope.resume(token, clock))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("readToken is of the future");
    }

    @Test
    void clusterTime_signed_keepsItsSignature() {
        BsonDocument signature =
                new BsonDocument("hash", new BsonBinary(new byte[20])).append("keyId", new BsonInt64(42));
        ClusterTime time = new ClusterTime(
                new BsonTimestamp(5, 6),
                new BsonDocument("clusterTime", new BsonTimestamp(7, 8)).append("signature", signature));

        assertThat(ClusterTime.parse(time.token())).isEqualTo(time);
    }

    @Test
    void staleRead_noRecentPoint_asksThePrimaryOncePerHalfBound() {
        ReadPurpose stale = ReadPurpose.staleUpTo(Duration.ofSeconds(1));
        write(ReadScope.begin(), 1);

        read(stale);
        assertThat(splitter.counts().timeQueries()).isZero();
        nanos.addAndGet(Duration.ofMillis(501).toNanos());
        read(stale);
        read(stale);
        assertThat(splitter.counts().timeQueries()).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        read(stale);
        assertThat(splitter.counts().timeQueries()).isEqualTo(2);
    }

    @Test
    void write_refused_isTheDriversRefusal() {
        ReadScope scope = ReadScope.begin();
        splitter.write(
                scope, (database, session) -> database.getCollection("c").insertOne(session, new Document("_id", 1)));

        assertThatThrownBy(() -> splitter.write(
                        scope,
                        (database, session) -> database.getCollection("c").insertOne(session, new Document("_id", 1))))
                .isInstanceOf(com.mongodb.MongoWriteException.class);
    }

    @Test
    void staleUpTo_outOfRange_isRefused() {
        assertThatThrownBy(() -> ReadPurpose.staleUpTo(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
    }
}
