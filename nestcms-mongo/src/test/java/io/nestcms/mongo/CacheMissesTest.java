package io.nestcms.mongo;

import static io.nestcms.cms.contract.contract.ContractSamples.NOON;
import static io.nestcms.cms.contract.contract.ContractSamples.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cache.MemoryCache;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.mongo.AggregationRun.Miss;
import io.nestcms.mongo.SlowOperation.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows that are kept in vain are told of with the reason. */
@ExtendWith(RefusalCheck.class)
class CacheMissesTest {
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong();
    private final List<AggregationRun> runs = new ArrayList<>();
    private final List<SlowOperation> heard = new ArrayList<>();
    private final SlowOperations slow = new SlowOperations(Duration.ofNanos(1), heard::add);
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);
    private final Aggregations aggregations = new Aggregations(
            TestMongo.client().getDatabase(database),
            mongo.splitter(),
            Calls.unguarded(),
            new ContractDocuments(new PartyFields(null)),
            MemoryCache.create(100, Duration.ofMinutes(10), nanos::get),
            this::ran,
            this::tick);
    private final Aggregation<ContractStatement> page = aggregations
            .statements(ContractQuery.newest(10).ofOrganisation("org"))
            .keptFor(KEPT);

    private void ran(AggregationRun run) {
        runs.add(run);
        slow.aggregations().accept(run);
    }

    /** Each look at the clock takes a microsecond. */
    private long tick() {
        return nanos.addAndGet(1_000);
    }

    @BeforeEach
    void contract() {
        mongo.contracts().insert(draft("c", "org", NOON));
    }

    private void ask(int times, Runnable between) {
        for (int n = 0; n < times; n++) {
            aggregations.run(page);
            between.run();
        }
    }

    @Test
    void rows_keptTooBriefly_areToldOf() {
        ask(16, () -> nanos.addAndGet(KEPT.toNanos()));
        assertThat(heard).as("not yet asked for often").isEmpty();

        ask(1, () -> {});

        assertThat(heard).singleElement().satisfies(operation -> {
            assertThat(operation.cause()).isEqualTo(Cause.CACHE_MISSES);
            assertThat(operation.operation()).isEqualTo("rows of contract-statements");
            assertThat(operation.advice()).contains("16 of 16", "too short");
        });
        assertThat(runs).extracting(AggregationRun::miss).startsWith(Miss.FIRST, Miss.EXPIRED);
    }

    @Test
    void rows_invalidatedTooOften_areToldOf() {
        ask(17, () -> aggregations.invalidate(Aggregation.PAYMENTS));

        assertThat(heard).singleElement().satisfies(operation -> {
            assertThat(operation.cause()).isEqualTo(Cause.CACHE_MISSES);
            assertThat(operation.advice()).contains("tags");
        });
        assertThat(runs).extracting(AggregationRun::miss).startsWith(Miss.FIRST, Miss.DROPPED);
    }

    @Test
    void rows_mostlyFoundInTheCache_areNot() {
        for (int n = 0; n < 20; n++) {
            ask(3, () -> {});
            aggregations.invalidate(Aggregation.PAYMENTS);
        }

        assertThat(heard).isEmpty();
        assertThat(runs).extracting(AggregationRun::miss).startsWith(Miss.FIRST, null, null, Miss.DROPPED);
    }

    @Test
    void rows_neverAskedForBefore_areNot() {
        for (int n = 0; n < 40; n++) {
            aggregations.run(aggregations
                    .statements(ContractQuery.newest(10 + n).ofOrganisation("org"))
                    .keptFor(KEPT));
        }

        assertThat(heard).isEmpty();
    }

    @Test
    void rows_loadedQuickly_areNot() {
        SlowOperations patient = new SlowOperations(Duration.ofHours(1), heard::add);
        ask(40, () -> aggregations.invalidate(Aggregation.PAYMENTS));
        heard.clear();
        runs.forEach(patient.aggregations());

        assertThat(heard).isEmpty();
    }
}
