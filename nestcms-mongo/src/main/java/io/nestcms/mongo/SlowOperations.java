package io.nestcms.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.ServerAddress;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionPoolListener;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.SlowOperation.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of operations that take too long, with cause and advice. Given to {@link NestMongo.Builder#client(Consumer)}, and its
 * {@link #aggregations()} to {@link NestMongo.Builder#onAggregation}.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class SlowOperations implements Consumer<MongoClientSettings.Builder> {
    private static final Logger LOG = LoggerFactory.getLogger(SlowOperations.class);

    /** The collections of the stores with their indexes. */
    static final Map<String, List<IndexSpec>> KNOWN = Map.of(
            PaymentDocuments.COLLECTION,
            MongoPaymentStore.allIndexes(),
            ContractDocuments.COLLECTION,
            MongoContractStore.allIndexes(),
            ProjectDocuments.COLLECTION,
            MongoProjectStore.allIndexes(),
            ArticleDocuments.COLLECTION,
            MongoArticleStore.allIndexes(),
            ArticleDocuments.VERSIONS,
            MongoArticleStore.VERSION_INDEXES,
            MongoUserStore.COLLECTION,
            MongoUserStore.INDEXES,
            MongoGrantStore.COLLECTION,
            MongoGrantStore.INDEXES);

    private static final Set<String> WATCHED =
            Set.of("find", "aggregate", "update", "insert", "delete", "findAndModify", "count", "distinct");

    /** What is known of a command that runs. */
    private record Running(String operation, Cause cause, String advice) {}

    /** How many of the last askings are looked at; with half of them missed in vain, it is told. */
    private static final int ASKINGS = 16;

    /** The last askings for the rows of aggregations of one name: a bit each, set where they had been kept and were not there. */
    private record Askings(int count, int misses) {
        Askings and(boolean missed) {
            return new Askings(Math.min(count + 1, ASKINGS), (misses << 1 | (missed ? 1 : 0)) & (1 << ASKINGS) - 1);
        }

        boolean areMostlyMissed() {
            return count == ASKINGS && Integer.bitCount(misses) >= ASKINGS / 2;
        }
    }

    private final Duration threshold;
    private final Consumer<SlowOperation> listener;
    private final Map<String, Askings> askings = new ConcurrentHashMap<>();
    private final Map<Integer, Running> running = new ConcurrentHashMap<>();

    /**
     * Tells a listener.
     *
     * @param threshold from when on an operation is slow; above zero
     * @param listener hears of each, on the thread of the operation; does not block
     * @throws InvalidInputException if the threshold is not above zero
     */
    public SlowOperations(Duration threshold, Consumer<SlowOperation> listener) {
        if (threshold.isNegative() || threshold.isZero()) {
            throw new InvalidInputException("threshold", "is " + threshold, "above zero");
        }
        this.threshold = threshold;
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Adds the listeners to a client's settings.
     *
     * @param settings the settings
     */
    @Override
    public void accept(MongoClientSettings.Builder settings) {
        settings.addCommandListener(new Commands())
                .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(new Pool()));
    }

    /**
     * Hears of runs of aggregations. Tells of a slow one whose rows are to be kept, are asked for often, and were loaded at half or
     * more of the last sixteen times although they had been loaded before. Rows that nobody asked for before do not count.
     *
     * @return a listener for {@link NestMongo.Builder#onAggregation}; safe for use by many threads
     */
    public Consumer<AggregationRun> aggregations() {
        return run -> {
            AggregationRun.Miss miss = run.miss();
            boolean again = miss == AggregationRun.Miss.EXPIRED || miss == AggregationRun.Miss.DROPPED;
            if (!again && run.origin() != ReadAnswer.Origin.CACHE) {
                return;
            }
            Askings last = askings.compute(
                    run.name(), (name, before) -> (before == null ? new Askings(0, 0) : before).and(again));
            if (again && last.areMostlyMissed() && run.took().compareTo(threshold) >= 0) {
                tell(new SlowOperation(
                        "rows of " + run.name(),
                        "",
                        run.took(),
                        Cause.CACHE_MISSES,
                        Integer.bitCount(last.misses) + " of " + ASKINGS + " askings loaded them again; "
                                + (miss == AggregationRun.Miss.EXPIRED
                                        ? "their time to keep is too short"
                                        : "they are dropped before their time: invalidate their tags less often,"
                                                + " or make the cache larger")));
            }
        };
    }

    /** The driver would take what a listener throws for a fault of its connection. */
    private void tell(SlowOperation operation) {
        try {
            listener.accept(operation);
        } catch (Throwable broken) {
            // by its name, as nothing else about it can be relied on
            LOG.warn(
                    "The listener of slow operations failed: {}",
                    broken.getClass().getName());
        }
    }

    private void finished(int request, ServerAddress server, long nanos) {
        Running command = running.remove(request);
        if (command != null && nanos >= threshold.toNanos()) {
            tell(new SlowOperation(
                    command.operation, server.toString(), Duration.ofNanos(nanos), command.cause, command.advice));
        }
    }

    private static Running described(String name, BsonDocument command) {
        BsonValue target = command.get(name);
        String collection =
                target != null && target.isString() ? target.asString().getValue() : "";
        List<String> fields = new ArrayList<>();
        collect(filter(name, command), fields);
        List<IndexSpec> indexes = KNOWN.get(collection);
        boolean unindexed = indexes != null
                && !fields.isEmpty()
                && !fields.contains("_id")
                && indexes.stream()
                        .noneMatch(index ->
                                fields.contains(index.keys().keySet().iterator().next()));
        String operation = name + " " + collection;
        return unindexed
                ? new Running(operation, Cause.NO_INDEX, "make an index that begins with one of " + fields)
                : new Running(
                        operation,
                        Cause.SERVER,
                        "look at the load of the server and the way to it"
                                + (fields.isEmpty() ? "" : "; explain a query by " + fields));
    }

    private static @Nullable BsonDocument filter(String name, BsonDocument command) {
        return switch (name) {
            case "find" -> command.getDocument("filter", new BsonDocument());
            case "findAndModify", "count", "distinct" -> command.getDocument("query", new BsonDocument());
            case "update", "delete" ->
                command.getArray(name.equals("update") ? "updates" : "deletes")
                        .get(0)
                        .asDocument()
                        .getDocument("q");
            case "aggregate" -> {
                BsonValue pipeline = command.get("pipeline");
                yield pipeline == null || pipeline.asArray().isEmpty()
                        ? null
                        : pipeline.asArray().get(0).asDocument().getDocument("$match", new BsonDocument());
            }
            default -> null;
        };
    }

    private static void collect(@Nullable BsonDocument filter, List<String> fields) {
        if (filter == null) {
            return;
        }
        filter.forEach((name, value) -> {
            if (!name.startsWith("$")) {
                fields.add(name);
            } else if (value.isArray()) {
                value.asArray().forEach(each -> {
                    if (each.isDocument()) {
                        collect(each.asDocument(), fields);
                    }
                });
            }
        });
    }

    private final class Commands implements CommandListener {
        @Override
        public void commandStarted(CommandStartedEvent event) {
            if (WATCHED.contains(event.getCommandName())) {
                running.put(event.getRequestId(), described(event.getCommandName(), event.getCommand()));
            }
        }

        @Override
        public void commandSucceeded(CommandSucceededEvent event) {
            finished(
                    event.getRequestId(),
                    event.getConnectionDescription().getServerAddress(),
                    event.getElapsedTime(TimeUnit.NANOSECONDS));
        }

        @Override
        public void commandFailed(CommandFailedEvent event) {
            finished(
                    event.getRequestId(),
                    event.getConnectionDescription().getServerAddress(),
                    event.getElapsedTime(TimeUnit.NANOSECONDS));
        }
    }

    private final class Pool implements ConnectionPoolListener {
        @Override
        public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
            long nanos = event.getElapsedTime(TimeUnit.NANOSECONDS);
            if (nanos >= threshold.toNanos()) {
                tell(new SlowOperation(
                        "connection",
                        event.getConnectionId().getServerId().getAddress().toString(),
                        Duration.ofNanos(nanos),
                        Cause.POOL_WAIT,
                        "raise maxPoolSize, or find out what holds connections for so long"));
            }
        }
    }
}
