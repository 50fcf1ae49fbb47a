package io.nestcms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionTest {
    private static final TransactionOptions MAJORITY =
            TransactionOptions.builder().writeConcern(WriteConcern.MAJORITY).build();

    private ReplicaSet set;
    private MongoClient client;
    private MongoCollection<Document> accounts;

    @BeforeEach
    void start() {
        set = ReplicaSet.builder().start();
        client = MongoClients.create(set.uri("w=majority"));
        accounts = client.getDatabase("shop").getCollection("accounts");
        accounts.insertMany(List.of(account("a", 100), account("b", 100)));
    }

    @AfterEach
    void stop() {
        client.close();
        set.close();
    }

    private static Document account(String id, int balance) {
        return new Document("_id", id).append("balance", balance);
    }

    private int balance(String id) {
        return accounts.find(Filters.eq("_id", id)).first().getInteger("balance");
    }

    private void move(ClientSession session, int amount) {
        accounts.updateOne(session, Filters.eq("_id", "a"), Updates.inc("balance", -amount));
        accounts.updateOne(session, Filters.eq("_id", "b"), Updates.inc("balance", amount));
    }

    @Test
    void commit_allAtOnceAndNothingBefore_onEveryMember() {
        try (ClientSession session = client.startSession();
                MongoChangeStreamCursor<ChangeStreamDocument<Document>> stream =
                        accounts.watch().cursor()) {
            session.startTransaction(MAJORITY);
            move(session, 30);
            assertThat(accounts.find(session, Filters.eq("_id", "a")).first().getInteger("balance"))
                    .isEqualTo(70);
            assertThat(balance("a")).isEqualTo(100);
            assertThat(stream.tryNext()).isNull();
            session.commitTransaction();
            assertThat(balance("a")).isEqualTo(70);
            assertThat(balance("b")).isEqualTo(130);
            assertThat(stream.next().getDocumentKey().getString("_id").getValue())
                    .isEqualTo("a");
            assertThat(stream.next().getDocumentKey().getString("_id").getValue())
                    .isEqualTo("b");
        }
        set.awaitReplicated(Duration.ofSeconds(30));
        set.handOver(set.members().get(2));
        assertThat(balance("b")).isEqualTo(130);
    }

    @Test
    void abort_leavesNothing() {
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            move(session, 30);
            accounts.insertOne(session, account("c", 1));
            accounts.deleteOne(session, Filters.eq("_id", "b"));
            session.abortTransaction();
        }
        assertThat(accounts.find().into(new ArrayList<>())).containsExactly(account("a", 100), account("b", 100));
    }

    @Test
    void conflict_theFirstToCommitWins() {
        try (ClientSession first = client.startSession();
                ClientSession second = client.startSession()) {
            first.startTransaction();
            second.startTransaction();
            move(first, 10);
            move(second, 20);
            first.commitTransaction();
            assertThatThrownBy(second::commitTransaction).isInstanceOfSatisfying(MongoCommandException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(112);
                assertThat(e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL))
                        .isTrue();
            });
        }
        assertThat(balance("a")).isEqualTo(90);
    }

    @Test
    void uniqueKeyTakenMeanwhile_wholeTransactionFails() {
        accounts.createIndex(
                Indexes.ascending("iban"), new IndexOptions().unique(true).sparse(true));
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            move(session, 10);
            accounts.insertOne(session, account("c", 0).append("iban", "X"));
            accounts.insertOne(account("d", 0).append("iban", "X"));
            assertThatThrownBy(session::commitTransaction).isInstanceOf(MongoCommandException.class);
        }
        assertThat(balance("a")).isEqualTo(100);
        assertThat(accounts.countDocuments()).isEqualTo(3);
    }

    @Test
    void contendedTransfers_retriedByTheDriver_sumKept() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(pool.submit(() -> {
                try (ClientSession session = client.startSession()) {
                    for (int n = 0; n < 10; n++) {
                        session.withTransaction(() -> {
                            move(session, 1);
                            return true;
                        });
                    }
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        pool.shutdown();
        assertThat(balance("a")).isEqualTo(70);
        assertThat(balance("b")).isEqualTo(130);
    }

    @Test
    void electionInATransaction_runsAgainOnce() {
        AtomicInteger runs = new AtomicInteger();
        try (ClientSession session = client.startSession()) {
            session.withTransaction(() -> {
                accounts.updateOne(session, Filters.eq("_id", "a"), Updates.inc("balance", -5));
                if (runs.incrementAndGet() == 1) {
                    set.handOver(set.members().get(1));
                }
                accounts.updateOne(session, Filters.eq("_id", "b"), Updates.inc("balance", 5));
                return true;
            });
        }
        assertThat(runs).hasValue(2);
        assertThat(balance("a")).isEqualTo(95);
        assertThat(balance("b")).isEqualTo(105);
    }

    @Test
    void commitReplyLost_committedOnce() {
        try (ClientSession session = client.startSession()) {
            session.startTransaction(MAJORITY);
            move(session, 30);
            set.primary().fail(FailCommand.of("commitTransaction").connection(FailCommand.Connection.LOST_AFTER));
            session.commitTransaction();
        }
        assertThat(balance("a")).isEqualTo(70);
        assertThat(set.primary().commands("commitTransaction")).isEqualTo(2);
    }
}
