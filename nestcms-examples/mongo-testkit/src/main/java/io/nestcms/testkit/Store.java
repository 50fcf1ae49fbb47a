package io.nestcms.testkit;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.AbstractMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.InMemoryCursor;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The databases of one node in memory, on top of mongo-java-server's query, update and aggregation engine. What that
 * engine does not do, or does wrong, is done here: indexes, cursors of aggregations, statement errors, filters of lists.
 *
 * <p>Reads may come from any thread. Writes must come from one thread at a time; the owner sees to it.
 */
final class Store extends AbstractMongoBackend {
    private static final int DEFAULT_BATCH = 101;
    private static final int NEXT_BATCH = 1_000;
    private static final int CONTENTS_BATCH = 200;

    private final StoredCollection.Changes changes;
    /**
     * The engine keeps the last results of a connection and fails if two commands share one or it goes away meanwhile: so
     * a command gets one of these for its own, never the client's.
     */
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

    private boolean replacing;
    private final Set<String> scans = new ConcurrentSkipListSet<>();
    /** When the request that this thread serves must be done, in {@link System#nanoTime()}. */
    private final ThreadLocal<Long> deadline = new ThreadLocal<>();

    private final LongAdder examined = new LongAdder();

    private final StoredCollection.Requests requests = new StoredCollection.Requests() {
        @Override
        public void scanned(String description) {
            scans.add(description);
        }

        @Override
        public void looksAt() {
            examined.increment();
            checkTime();
        }

        @Override
        public void checkTime() {
            Long end = deadline.get();
            if (end != null && System.nanoTime() - end > 0) {
                throw new MongoServerError(50, "MaxTimeMSExpired", "operation exceeded time limit");
            }
        }
    };

    Store(Clock clock, StoredCollection.Changes changes) {
        super(clock);
        this.changes = changes;
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String databaseName) {
        return new Database(databaseName);
    }

    private final class Database extends AbstractMongoDatabase<Integer> {
        Database(String name) {
            super(name, Store.this.getCursorRegistry());
            initializeNamespacesAndIndexes();
        }

        @Override
        protected MongoCollection<Integer> openOrCreateCollection(String collection, CollectionOptions options) {
            return new StoredCollection(this, collection, options, cursorRegistry, changes, requests);
        }

        @Override
        protected Index<Integer> openOrCreateUniqueIndex(
                String collection, String index, List<IndexKey> keys, boolean sparse) {
            return new OrderedIndex(index, keys, true, sparse);
        }

        @Override
        protected Index<Integer> openOrCreateSecondaryIndex(
                String collection, String index, List<IndexKey> keys, boolean sparse) {
            return new OrderedIndex(index, keys, false, sparse);
        }

        @Override
        protected long getFileSize() {
            return 0;
        }

        @Override
        protected long getStorageSize() {
            return 0;
        }
    }

    @Override
    protected CursorRegistry getCursorRegistry() {
        return super.getCursorRegistry();
    }

    /** Whether the statement being applied puts a whole document in the place of another. */
    boolean isReplacing() {
        return replacing;
    }

    private static boolean replaces(@Nullable Object update) {
        return update instanceof Document document && document.keySet().stream().noneMatch(key -> key.startsWith("$"));
    }

    // ---- direct access -------------------------------------------------------------------------------------------

    /** Runs a command that nobody on the wire sent. */
    Document run(String database, Document command) {
        return execute(database, command.keySet().iterator().next(), command);
    }

    @Nullable StoredCollection find(String database, String collection) {
        return listDatabaseNames().contains(database)
                ? (StoredCollection) resolveDatabase(database).resolveCollection(collection, false)
                : null;
    }

    StoredCollection findOrCreate(String database, String collection) {
        StoredCollection found = find(database, collection);
        if (found == null) {
            run(database, new Document("create", collection));
            found = Objects.requireNonNull(find(database, collection), collection);
        }
        return found;
    }

    Set<String> databaseNames() {
        return new TreeSet<>(listDatabaseNames());
    }

    List<String> collectionNames(String database) {
        List<String> names = new ArrayList<>();
        firstBatch(run(database, new Document("listCollections", 1)))
                .forEach(each -> names.add((String) each.get("name")));
        return names;
    }

    List<Document> indexes(String database, String collection) {
        return firstBatch(run(database, new Document("listIndexes", collection)));
    }

    @SuppressWarnings("unchecked")
    private static List<Document> firstBatch(Document reply) {
        Document cursor = (Document) Objects.requireNonNull(reply.get("cursor"), "cursor");
        return new ArrayList<>((Collection<Document>) Objects.requireNonNull(cursor.get("firstBatch"), "firstBatch"));
    }

    /** How many documents queries have looked at. */
    long documentsExamined() {
        return examined.sum();
    }

    /** Queries that read a whole collection, by field names and never with values. */
    Set<String> collectionScans() {
        return Set.copyOf(scans);
    }

    /** A TTL index. */
    record Expiry(String database, String collection, String field, long seconds) {
        Document deletion(Instant now) {
            Document old = new Document(field, new Document("$lt", now.minusSeconds(seconds)));
            return new Document("delete", collection)
                    .append("deletes", List.of(new Document("q", old).append("limit", 0)));
        }
    }

    List<Expiry> expiries() {
        List<Expiry> all = new ArrayList<>();
        for (String database : databaseNames()) {
            for (String collection : collectionNames(database)) {
                for (Document index : indexes(database, collection)) {
                    if (index.get("expireAfterSeconds") instanceof Number seconds
                            && index.get("key") instanceof Document key
                            && key.size() == 1) {
                        String field = key.keySet().iterator().next();
                        all.add(new Expiry(database, collection, field, seconds.longValue()));
                    }
                }
            }
        }
        return all;
    }

    /** All data as operations that build it again, in batches; documents are not copied. */
    List<List<Operation>> contents() {
        List<List<Operation>> batches = new ArrayList<>();
        for (String database : databaseNames()) {
            for (String name : collectionNames(database)) {
                batches.add(List.of(Operation.command(database, new Document("create", name))));
                for (Document index : indexes(database, name)) {
                    Document create = new Document("createIndexes", name).append("indexes", List.of(index));
                    if (!"_id_".equals(index.get("name"))) {
                        batches.add(List.of(Operation.command(database, create)));
                    }
                }
                StoredCollection collection = find(database, name);
                List<Document> documents = collection == null ? List.of() : collection.snapshot();
                for (int at = 0; at < documents.size(); at += CONTENTS_BATCH) {
                    batches.add(documents.subList(at, Math.min(documents.size(), at + CONTENTS_BATCH)).stream()
                            .map(document -> Operation.put(database, name, document))
                            .toList());
                }
            }
        }
        return batches;
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    /** Runs a command; it may be changed. */
    Document execute(String database, String command, Document query) {
        if (!(query.get("maxTimeMS") instanceof Number millis) || millis.longValue() <= 0) {
            return dispatch(database, command, query);
        }
        deadline.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis.longValue()));
        try {
            return dispatch(database, command, query);
        } finally {
            deadline.remove();
        }
    }

    private Document dispatch(String database, String command, Document query) {
        return switch (command) {
            case "insert" -> insert(database, query);
            case "update" -> statements(database, query, "updates");
            case "delete" -> statements(database, query, "deletes");
            case "findAndModify" -> {
                replacing = replaces(query.get("update"));
                yield engine(database, command, query);
            }
            case "findandmodify" -> {
                Document renamed = new Document("findAndModify", query.get(command));
                query.forEach(renamed::putIfAbsent);
                yield dispatch(database, "findAndModify", renamed);
            }
            case "find" -> {
                if (!Boolean.TRUE.equals(query.get("singleBatch"))) {
                    query.putIfAbsent("batchSize", DEFAULT_BATCH);
                }
                yield engine(database, command, query);
            }
            case "getMore" -> {
                query.putIfAbsent("batchSize", NEXT_BATCH);
                yield engine(database, command, query);
            }
            case "aggregate" -> aggregate(database, query);
            case "createIndexes" -> createIndexes(database, query);
            case "listCollections" -> listCollections(database, query);
            case "listDatabases" -> listDatabases(query);
            case "explain" -> explain(database, query);
            case "drop" ->
                find(database, (String) Objects.requireNonNull(query.get("drop"), "drop")) == null
                        ? new Document("ok", 1.0)
                        : engine(database, command, query);
            default -> engine(database, command, query);
        };
    }

    private Document engine(String database, String command, Document query) {
        Channel free = channels.poll();
        Channel own = free != null ? free : new EmbeddedChannel();
        try {
            return super.handleCommand(own, database, command, query);
        } finally {
            channels.add(own);
        }
    }

    private Document insert(String database, Document query) {
        query.putIfAbsent("ordered", true);
        Document reply = engine(database, "insert", query);
        // the engine counts the refused documents too
        if (reply.get("writeErrors") instanceof List<?> errors && !errors.isEmpty()) {
            int size = ((List<?>) Objects.requireNonNull(query.get("documents"), "documents")).size();
            boolean ordered = Boolean.TRUE.equals(query.get("ordered"));
            reply.put("n", ordered ? ((Document) errors.get(0)).get("index") : (Object) (size - errors.size()));
        }
        return reply;
    }

    /** One statement at a time: the engine goes on after an error in an ordered batch, and fails a batch of deletes as one. */
    private Document statements(String database, Document query, String field) {
        String command = query.keySet().iterator().next();
        boolean ordered = !Boolean.FALSE.equals(query.get("ordered"));
        boolean updates = field.equals("updates");
        int n = 0;
        int modified = 0;
        List<Document> upserted = new ArrayList<>();
        List<Document> errors = new ArrayList<>();
        List<?> all = (List<?>) Objects.requireNonNull(query.get(field), field);
        for (int i = 0; i < all.size() && (errors.isEmpty() || !ordered); i++) {
            replacing = updates && replaces(((Document) all.get(i)).get("u"));
            Document one = new Document(command, query.get(command))
                    .append("ordered", true)
                    .append(field, List.of(all.get(i)));
            Document reply = statement(database, command, one);
            n += reply.get("n") instanceof Integer count ? count : 0;
            modified += reply.get("nModified") instanceof Integer count ? count : 0;
            reindex(reply.get("upserted"), i, upserted);
            reindex(reply.get("writeErrors"), i, errors);
        }
        Document reply = new Document("n", n);
        if (updates) {
            reply.append("nModified", modified);
        }
        if (!upserted.isEmpty()) {
            reply.append("upserted", upserted);
        }
        if (!errors.isEmpty()) {
            reply.append("writeErrors", errors);
        }
        return reply.append("ok", 1.0);
    }

    private Document statement(String database, String command, Document one) {
        try {
            return engine(database, command, one);
        } catch (MongoServerError e) {
            Document error = new Document("index", 0)
                    .append("code", e.getCode())
                    .append("errmsg", e.getMessageWithoutErrorCode());
            return new Document("n", 0).append("writeErrors", List.of(error));
        }
    }

    private static void reindex(@Nullable Object some, int index, List<Document> all) {
        if (some instanceof Collection<?> documents) {
            for (Object document : documents) {
                Document copy = ((Document) document).clone();
                copy.put("index", index);
                all.add(copy);
            }
        }
    }

    private Document createIndexes(String database, Document query) {
        String collection = (String) Objects.requireNonNull(query.get("createIndexes"), "createIndexes");
        for (Object each : (Collection<?>) Objects.requireNonNull(query.get("indexes"), "indexes")) {
            refuseConflict(indexes(database, collection), (Document) each);
        }
        List<Document> present = indexes(database, collection);
        try {
            return engine(database, "createIndexes", query);
        } catch (RuntimeException e) {
            takeBack(database, collection, present);
            throw e;
        }
    }

    /** All indexes of a command or none: the engine keeps those before the one that failed. */
    private void takeBack(String database, String collection, List<Document> present) {
        Set<Object> names = present.stream().map(index -> index.get("name")).collect(Collectors.toSet());
        for (Document index : indexes(database, collection)) {
            if (!"_id_".equals(index.get("name")) && !names.contains(index.get("name"))) {
                Document drop = new Document("dropIndexes", collection).append("index", index.get("name"));
                engine(database, "dropIndexes", drop);
            }
        }
    }

    /** The engine takes another index of the same name, or the same keys under another name, for the one it has. */
    private static void refuseConflict(List<Document> present, Document wanted) {
        for (Document index : present) {
            boolean sameName = Objects.equals(index.get("name"), wanted.get("name"));
            boolean sameKey = sameKeys(index.get("key"), wanted.get("key"));
            boolean sameOptions = Stream.of("unique", "sparse", "expireAfterSeconds")
                    .allMatch(option -> sameOption(index.get(option), wanted.get(option)));
            if (sameName && !sameKey) {
                throw new MongoServerError(
                        86, "IndexKeySpecsConflict", "An index named " + wanted.get("name") + " has other keys");
            } else if (sameKey && (!sameName || !sameOptions)) {
                throw new MongoServerError(
                        85, "IndexOptionsConflict", "Index " + index.get("name") + " has these keys, other options");
            }
        }
    }

    private static boolean sameKeys(@Nullable Object a, @Nullable Object b) {
        return KeyOrder.INSTANCE.compare(a, b) == 0;
    }

    private static boolean sameOption(@Nullable Object a, @Nullable Object b) {
        Object left = Boolean.FALSE.equals(a) ? null : a;
        Object right = Boolean.FALSE.equals(b) ? null : b;
        return (left instanceof Number l && right instanceof Number r)
                ? l.longValue() == r.longValue()
                : Objects.equals(left, right);
    }

    @SuppressWarnings("unchecked")
    private Document listCollections(String database, Document query) {
        Document reply = engine(database, "listCollections", query);
        if (query.get("filter") instanceof Document filter && !filter.isEmpty()) {
            Document cursor = (Document) Objects.requireNonNull(reply.get("cursor"), "cursor");
            List<Document> kept = ((Collection<Document>)
                            Objects.requireNonNull(cursor.get("firstBatch"), "firstBatch"))
                    .stream()
                            .filter(each -> new DefaultQueryMatcher().matches(each, filter))
                            .toList();
            cursor.put("firstBatch", kept);
        }
        return reply;
    }

    private Document listDatabases(Document query) {
        List<Document> databases = new ArrayList<>();
        for (String name : databaseNames()) {
            if (!collectionNames(name).isEmpty()) {
                databases.add(
                        new Document("name", name).append("sizeOnDisk", 0L).append("empty", false));
            }
        }
        Document filter = query.get("filter") instanceof Document given ? given : new Document();
        databases.removeIf(each -> !new DefaultQueryMatcher().matches(each, filter));
        return new Document("databases", databases).append("totalSize", 0L).append("ok", 1.0);
    }

    // ---- aggregation ---------------------------------------------------------------------------------------------

    private Document aggregate(String database, Document query) {
        List<Document> stages = new ArrayList<>();
        Aggregation.parse(query.get("pipeline")).forEach(stage -> stages.add(modern(stage)));
        String name = String.valueOf(query.get("aggregate"));
        StoredCollection collection = find(database, name);
        List<Document> results = List.of();
        if (collection != null) {
            List<Document> input = source(collection, stages);
            results = changesInput(stages)
                    // $addFields writes into nested documents of its input, which here are the stored ones
                    ? run(database, collection, stages, input.stream().map(Document::cloneDeeply))
                    : run(database, collection, stages, input);
        }
        return cursor(database + "." + name, results, batchSize(query));
    }

    /** What the first stages choose and sort, taken from the pipeline: the indexes answer it as they do for a query. */
    private static List<Document> source(StoredCollection collection, List<Document> stages) {
        Document match = new Document();
        if (!stages.isEmpty() && stages.get(0).get("$match") instanceof Document first) {
            match = first;
            stages.remove(0);
        }
        Document query = new Document("$query", match);
        int skip = 0;
        int limit = 0;
        if (!stages.isEmpty() && stages.get(0).get("$sort") instanceof Document order) {
            query.append("$orderby", order);
            stages.remove(0);
            if (!stages.isEmpty() && stages.get(0).get("$skip") instanceof Integer number && number >= 0) {
                skip = number;
                stages.remove(0);
            }
            if (!stages.isEmpty() && stages.get(0).get("$limit") instanceof Integer number && number > 0) {
                limit = number;
                stages.remove(0);
            }
        }
        return collection.handleQuery(query, skip, limit).collectDocuments();
    }

    /** The stages that the node does by itself one by one, and those between them by the engine. */
    private List<Document> run(
            String database, StoredCollection collection, List<Document> stages, List<Document> input) {
        List<Document> documents = input;
        for (int at = 0; at < stages.size(); ) {
            List<Document> present = documents;
            List<Document> later = stages.subList(at + 1, stages.size());
            Optional<List<Document>> own = OwnStage.of(stages.get(at))
                    .map(stage -> stage instanceof Unwinding unwinding ? unwinding.before(later) : stage)
                    .flatMap(stage -> stage.apply(present));
            int end = at + 1;
            while (own.isEmpty()
                    && end < stages.size()
                    && OwnStage.of(stages.get(end)).isEmpty()) {
                end++;
            }
            List<Document> engines = stages.subList(at, end);
            documents = own.orElseGet(() -> run(database, collection, engines, present.stream()));
            at = end;
        }
        return documents;
    }

    private List<Document> run(
            String database, StoredCollection collection, List<Document> stages, Stream<Document> input) {
        return Aggregation.fromPipeline(
                        stages, this::resolveDatabase, resolveDatabase(database), collection, NoopOplog.get())
                .runStages(input);
    }

    /** Stages that the engine knows under an older name only. */
    private static Document modern(Document stage) {
        if (stage.size() == 1 && stage.containsKey("$set")) {
            return new Document("$addFields", stage.get("$set"));
        } else if (stage.size() == 1 && stage.containsKey("$replaceWith")) {
            return new Document("$replaceRoot", new Document("newRoot", stage.get("$replaceWith")));
        }
        return stage;
    }

    private static boolean changesInput(@Nullable Object pipeline) {
        if (pipeline instanceof Map<?, ?> map) {
            return map.containsKey("$addFields") || map.values().stream().anyMatch(Store::changesInput);
        }
        return pipeline instanceof Collection<?> all && all.stream().anyMatch(Store::changesInput);
    }

    private static int batchSize(Document query) {
        Object size = query.get("cursor") instanceof Document cursor ? cursor.get("batchSize") : null;
        return size instanceof Number number ? number.intValue() : DEFAULT_BATCH;
    }

    private Document cursor(String namespace, List<Document> results, int batchSize) {
        int first = Math.min(batchSize, results.size());
        long id = 0;
        if (first < results.size()) {
            id = getCursorRegistry().generateCursorId();
            getCursorRegistry().add(new InMemoryCursor(id, results.subList(first, results.size())));
        }
        Document cursor = new Document("firstBatch", results.subList(0, first))
                .append("id", id)
                .append("ns", namespace);
        return new Document("cursor", cursor).append("ok", 1.0);
    }

    // ---- explain -------------------------------------------------------------------------------------------------

    private Document explain(String database, Document query) {
        Document inner = (Document) Objects.requireNonNull(query.get("explain"), "explain");
        String command = inner.keySet().iterator().next();
        String name = String.valueOf(inner.get(command));
        Document filter = filterOf(command, inner);
        Document order = inner.get("sort") instanceof Document sort ? sort : null;
        StoredCollection collection = find(database, name);
        Optional<QueryPlanner.Plan> chosen = collection == null ? Optional.empty() : collection.explain(filter, order);
        Document plan = chosen.map(Store::described)
                .orElseGet(() -> new Document("stage", collection == null ? "EOF" : "COLLSCAN"));
        boolean sorts = order != null
                && collection != null
                && !chosen.map(QueryPlanner.Plan::sorted).orElse(false);
        Document winning = sorts ? new Document("stage", "SORT").append("inputStage", plan) : plan;
        return new Document(
                        "queryPlanner",
                        new Document("namespace", database + "." + name)
                                .append("parsedQuery", filter)
                                .append("winningPlan", winning)
                                .append("rejectedPlans", List.of()))
                .append("ok", 1.0);
    }

    private static Document described(QueryPlanner.Plan plan) {
        List<Document> scans = new ArrayList<>();
        for (QueryPlanner.Scan scan : plan.scans()) {
            scans.add(new Document("stage", "IXSCAN")
                    .append("indexName", scan.index().getName())
                    .append("direction", plan.reversed() ? "backward" : "forward"));
        }
        Document input = scans.size() == 1 ? scans.get(0) : new Document("stage", "OR").append("inputStages", scans);
        return new Document("stage", "FETCH").append("inputStage", input);
    }

    private static Document filterOf(String command, Document inner) {
        Object filter = switch (command) {
            case "find" -> inner.get("filter");
            case "count", "distinct", "findAndModify" -> inner.get("query");
            case "aggregate" -> {
                List<Document> stages = Aggregation.parse(inner.get("pipeline"));
                yield stages.isEmpty() ? null : stages.get(0).get("$match");
            }
            case "update" -> first(inner.get("updates"));
            case "delete" -> first(inner.get("deletes"));
            default -> throw new MongoServerError(59, "CommandNotFound", "Explain of " + command + " is not offered");
        };
        return filter instanceof Document document ? document : new Document();
    }

    private static @Nullable Object first(@Nullable Object statements) {
        return statements instanceof List<?> all && !all.isEmpty() ? ((Document) all.get(0)).get("q") : null;
    }
}
