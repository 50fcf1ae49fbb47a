package io.nestcms.mongo;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cache.MemoryCache;
import io.nestcms.cache.TaggedCache;
import io.nestcms.mongo.AggregationRun.Miss;
import io.nestcms.mongo.ReadAnswer.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each question is put to the database once for each time to keep, however slow it is and however many ask. */
@ExtendWith(RefusalCheck.class)
class KeptRowsTest {
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final int CALLERS = 8;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger loads = new AtomicInteger();
    private final List<AggregationRun> runs = new CopyOnWriteArrayList<>();
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);
    private final MeetingPoint cache = new MeetingPoint(MemoryCache.create(100, Duration.ofHours(1), nanos::get));
    private final Aggregations aggregations = new Aggregations(
            TestMongo.client().getDatabase(database),
            mongo.splitter(),
            Calls.unguarded(),
            new ContractDocuments(new PartyFields(null)),
            cache,
            runs::add,
            nanos::get);

    /** Where callers that found kept rows wait for each other, when they are told to. */
    private static final class MeetingPoint implements TaggedCache<Object, Object> {
        private final TaggedCache<Object, Object> cache;
        private volatile Optional<CyclicBarrier> meeting = Optional.empty();

        MeetingPoint(TaggedCache<Object, Object> cache) {
            this.cache = cache;
        }

        @Override
        public Object get(Object key, Set<String> tags, Supplier<?> load) {
            AtomicInteger loaded = new AtomicInteger();
            Object value = cache.get(key, tags, () -> {
                loaded.incrementAndGet();
                return load.get();
            });
            Optional<CyclicBarrier> met = meeting;
            if (met.isPresent() && loaded.get() == 0) {
                await(met.get());
            }
            return value;
        }

        private static void await(CyclicBarrier barrier) {
            try {
                barrier.await(1, TimeUnit.MINUTES);
            } catch (BrokenBarrierException | TimeoutException alone) {
                throw new IllegalStateException(alone);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }

        @Override
        public Optional<Object> find(Object key) {
            return cache.find(key);
        }

        @Override
        public void merge(Object key, Object value, BinaryOperator<Object> merge) {
            cache.merge(key, value, merge);
        }

        @Override
        public void invalidate(Object key) {
            cache.invalidate(key);
        }

        @Override
        public void invalidateTag(String tag) {
            cache.invalidateTag(tag);
        }
    }

    /** Titles of contracts, which take so long to load. */
    private Aggregation<String> titles(Duration load) {
        return Aggregation.of("titles", ContractDocuments.COLLECTION, List.of(new Document("$limit", 1)), row -> {
                    loads.incrementAndGet();
                    nanos.addAndGet(load.toNanos());
                    return row.getString("title");
                })
                .keptFor(KEPT);
    }

    @BeforeEach
    void contract() {
        mongo.contracts().insert(draft("c", "org", NOON));
    }

    @Test
    void rows_thatTakeLongerToLoadThanTheyAreKept_areLoadedOnce_andKept() {
        Aggregation<String> slow = titles(KEPT.multipliedBy(2));

        assertThat(aggregations.answer(slow).origin()).isEqualTo(Origin.AS_ASKED);
        assertThat(loads).hasValue(1);
        assertThat(runs).extracting(AggregationRun::miss).containsExactly(Miss.FIRST);

        nanos.addAndGet(KEPT.toNanos());
        assertThat(aggregations.answer(slow).origin()).isEqualTo(Origin.CACHE);

        nanos.addAndGet(1);
        assertThat(aggregations.answer(slow).origin()).isEqualTo(Origin.AS_ASKED);
        assertThat(loads).hasValue(2);
        assertThat(runs).extracting(AggregationRun::miss).containsExactly(Miss.FIRST, null, Miss.EXPIRED);
    }

    @Test
    void rows_foundTooOldByManyAtOnce_areLoadedOnce() throws Exception {
        Aggregation<String> titles = titles(Duration.ZERO);
        aggregations.run(titles);
        nanos.addAndGet(KEPT.toNanos() + 1);
        cache.meeting = Optional.of(new CyclicBarrier(CALLERS, () -> cache.meeting = Optional.empty()));
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int n = 0; n < CALLERS; n++) {
                answers.add(callers.submit(() -> aggregations.run(titles)));
            }
            for (Future<List<String>> answer : answers) {
                assertThat(answer.get()).hasSize(1);
            }
        } finally {
            callers.shutdownNow();
        }

        assertThat(loads).as("one before and one for all of them").hasValue(2);
    }
}
