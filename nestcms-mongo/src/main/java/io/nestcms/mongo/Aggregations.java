package io.nestcms.mongo;

import com.mongodb.client.MongoDatabase;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.earning.Turnover;
import io.nestcms.event.EventBus;
import io.nestcms.mongo.ReadAnswer.Origin;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentCaptured;
import io.nestcms.payment.PaymentEvent.PaymentChargedAgain;
import io.nestcms.payment.PaymentEvent.PaymentRefunded;
import io.nestcms.payment.PaymentEvent.PaymentStatusChanged;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link Aggregation}s: timed, kept in a cache where they allow it, explained on demand. What is loaded has everything that
 * was acknowledged before it was asked for, from a secondary where there is one; so after an invalidation nothing from before is
 * kept again.
 *
 * <p>An invalidation reaches this process only. Other nodes hear of it by their own listeners, or when the time to keep is over.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Aggregations {
    private static final Logger LOG = LoggerFactory.getLogger(Aggregations.class);

    /** By which equal aggregations are known; of the last rows that were ever kept, with a mark. */
    private record Key(String name, String collection, List<BsonDocument> pipeline, boolean last) {}

    /** Rows, and when they were there: what takes long to load is kept as long as anything else. */
    private static final class Kept {
        private final List<?> rows;
        private final long at;
        private boolean dropped;

        Kept(List<?> rows, long at) {
            this.rows = rows;
            this.at = at;
        }

        /** Once, whoever finds that their time is over: later ones would drop what the first is loading in their place. */
        synchronized void dropOnce(Runnable drop) {
            if (!dropped) {
                dropped = true;
                drop.run();
            }
        }
    }

    private record Answered<T>(ReadAnswer<List<T>> answer, AggregationRun.@Nullable Miss miss) {
        static <T> Answered<T> of(List<T> rows) {
            return new Answered<>(new ReadAnswer<>(rows, Origin.AS_ASKED), null);
        }
    }

    /** Of how many aggregations it is remembered when they were loaded last. */
    private static final int REMEMBERED = 1_000;

    private final Map<Key, Long> loads = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
            return size() > REMEMBERED;
        }
    });

    private final MongoDatabase database;
    private final ReadWriteSplitter splitter;
    private final Calls calls;
    private final ContractDocuments contracts;
    private final TaggedCache<Object, Object> cache;
    private final Consumer<? super AggregationRun> listener;
    private final LongSupplier nanoTime;

    Aggregations(
            MongoDatabase database,
            ReadWriteSplitter splitter,
            Calls calls,
            ContractDocuments contracts,
            TaggedCache<Object, Object> cache,
            Consumer<? super AggregationRun> listener,
            LongSupplier nanoTime) {
        this.database = database;
        this.splitter = splitter;
        this.calls = calls;
        this.contracts = contracts;
        this.cache = cache;
        this.listener = listener;
        this.nanoTime = nanoTime;
    }

    /**
     * A contract with its payments, for showing: {@link NestMongo#contracts()} gives the one to decide by.
     *
     * @param id the contract
     * @return gives one row or none; tagged with payments and contracts, not kept
     */
    public Aggregation<ContractStatement> statement(ContractId id) {
        return new ContractStatements(contracts).of(id);
    }

    /**
     * A page of contracts with their payments, for showing.
     *
     * @param query which
     * @return newest first; tagged with payments and contracts, not kept
     */
    public Aggregation<ContractStatement> statements(ContractQuery query) {
        return new ContractStatements(contracts).of(query);
    }

    /**
     * What moved for contracts.
     *
     * @param from the first month
     * @param to the last month
     * @return one row for each contract, month and currency; tagged with money and contracts, not kept
     */
    public Aggregation<Turnover> turnover(YearMonth from, YearMonth to) {
        return MongoTurnover.aggregation(contracts, from, to);
    }

    /**
     * The rows.
     *
     * @param <T> the kind of row
     * @param aggregation what is asked
     * @return the rows, in the order of the pipeline
     * @throws DatabaseUnavailableException if no server that may answer did so in time and nothing else may take its place
     */
    public <T> List<T> run(Aggregation<T> aggregation) {
        return answer(aggregation).value();
    }

    /**
     * The rows, and whether they may be old because of an outage.
     *
     * @param <T> the kind of row
     * @param aggregation what is asked
     * @return the rows with their origin
     * @throws DatabaseUnavailableException if no server that may answer did so in time and nothing else may take its place
     */
    public <T> ReadAnswer<List<T>> answer(Aggregation<T> aggregation) {
        return timed(aggregation, () -> {
            try {
                return aggregation.keptFor().isZero() ? Answered.of(current(aggregation)) : cached(aggregation);
            } catch (DatabaseUnavailableException outage) {
                return new Answered<>(stale(aggregation, outage), null);
            }
        });
    }

    /** The rows of the primary, which are those to decide by. */
    <T> List<T> exact(Aggregation<T> aggregation) {
        return timed(
                        aggregation,
                        () -> Answered.of(calls.read("the aggregation " + aggregation.name(), () -> {
                            List<T> rows = new ArrayList<>();
                            database.getCollection(aggregation.collection())
                                    .aggregate(aggregation.pipeline())
                                    .forEach(document -> rows.addAll(aggregation.rows(document)));
                            return rows;
                        })))
                .value();
    }

    private <T> List<T> current(Aggregation<T> aggregation) {
        return splitter.read(ReadPurpose.currentReport(), work(aggregation));
    }

    private static <T> ReadWriteSplitter.Work<List<T>> work(Aggregation<T> aggregation) {
        return (from, session) -> {
            List<T> rows = new ArrayList<>();
            from.getCollection(aggregation.collection())
                    .aggregate(session, aggregation.pipeline())
                    .forEach(document -> rows.addAll(aggregation.rows(document)));
            return List.copyOf(rows);
        };
    }

    private <T> Answered<T> cached(Aggregation<T> aggregation) {
        Key key = key(aggregation, false);
        AtomicReference<AggregationRun.@Nullable Miss> miss = new AtomicReference<>();
        Kept kept = load(aggregation, key, miss);
        if (nanoTime.getAsLong() - kept.at > aggregation.keptFor().toNanos()) {
            kept.dropOnce(() -> cache.invalidate(key));
            kept = load(aggregation, key, miss);
        }
        AggregationRun.Miss why = miss.get();
        return new Answered<>(new ReadAnswer<>(rows(kept), why != null ? Origin.AS_ASKED : Origin.CACHE), why);
    }

    private <T> Kept load(Aggregation<T> aggregation, Key key, AtomicReference<AggregationRun.@Nullable Miss> miss) {
        return (Kept) cache.get(key, aggregation.tags(), () -> {
            miss.set(miss(aggregation, loads.get(key), nanoTime.getAsLong()));
            List<T> rows = current(aggregation);
            Kept fresh = new Kept(rows, nanoTime.getAsLong());
            loads.put(key, fresh.at);
            if (aggregation.isStaleAllowed()) {
                cache.merge(key(aggregation, true), fresh, (old, latest) -> latest);
            }
            return fresh;
        });
    }

    private static AggregationRun.Miss miss(Aggregation<?> aggregation, @Nullable Long last, long now) {
        if (last == null) {
            return AggregationRun.Miss.FIRST;
        }
        return now - last > aggregation.keptFor().toNanos() ? AggregationRun.Miss.EXPIRED : AggregationRun.Miss.DROPPED;
    }

    private static Key key(Aggregation<?> aggregation, boolean last) {
        return new Key(aggregation.name(), aggregation.collection(), aggregation.pipeline(), last);
    }

    /** What was kept under the aggregation's key, so by the same function. */
    @SuppressWarnings("unchecked")
    private static <T> List<T> rows(Kept kept) {
        return (List<T>) kept.rows;
    }

    private <T> ReadAnswer<List<T>> stale(Aggregation<T> aggregation, DatabaseUnavailableException outage) {
        if (!aggregation.isStaleAllowed()) {
            throw outage;
        }
        Optional<List<T>> last = cache.find(key(aggregation, true)).map(kept -> rows((Kept) kept));
        return last.isPresent()
                ? new ReadAnswer<>(last.get(), Origin.KEPT)
                : new ReadAnswer<>(splitter.staleRead(work(aggregation), outage), Origin.STALE_SERVER);
    }

    private <T> ReadAnswer<List<T>> timed(Aggregation<T> aggregation, Supplier<Answered<T>> work) {
        long start = nanoTime.getAsLong();
        Optional<Answered<T>> answered = Optional.empty();
        try {
            answered = Optional.of(work.get());
            return answered.get().answer;
        } finally {
            tell(new AggregationRun(
                    aggregation.name(),
                    answered.map(it -> it.answer.origin()).orElse(null),
                    Duration.ofNanos(nanoTime.getAsLong() - start),
                    answered.map(it -> it.answer.value().size()).orElse(0),
                    answered.map(Answered::miss).orElse(null)));
        }
    }

    private void tell(AggregationRun run) {
        try {
            listener.accept(run);
        } catch (Throwable broken) {
            // by its name, as nothing else about it can be relied on
            LOG.warn(
                    "The listener of aggregations failed: {}", broken.getClass().getName());
        }
    }

    /**
     * Asks the server how it goes about an aggregation, and which indexes would help. Runs nothing else.
     *
     * @param aggregation what is asked
     * @return the plan; without indexes when the server does not tell
     * @throws NestMongoException if the database does not answer
     */
    public QueryPlan explain(Aggregation<?> aggregation) {
        return calls.read(
                "the plan of the aggregation " + aggregation.name(), () -> IndexAdvice.plan(database, aggregation));
    }

    /**
     * Forgets everything that has the tag. Repeatable.
     *
     * @param tag the tag
     */
    public void invalidate(String tag) {
        cache.invalidateTag(tag);
    }

    /**
     * Forgets what an event makes out of date. Call it once.
     *
     * @param bus where the events of payments and contracts come
     */
    public void invalidateOn(EventBus bus) {
        Objects.requireNonNull(bus, "bus");
        bus.subscribe(PaymentEvent.class, event -> {
            invalidate(Aggregation.PAYMENTS);
            if (movesMoney(event)) {
                invalidate(Aggregation.MONEY);
            }
        });
        bus.subscribe(ContractEvent.class, event -> invalidate(Aggregation.CONTRACTS));
    }

    private static final Set<Class<? extends PaymentEvent>> MOVES =
            Set.of(PaymentStatusChanged.class, PaymentCaptured.class, PaymentRefunded.class, PaymentChargedAgain.class);

    private static boolean movesMoney(PaymentEvent event) {
        return MOVES.contains(event.getClass());
    }
}
