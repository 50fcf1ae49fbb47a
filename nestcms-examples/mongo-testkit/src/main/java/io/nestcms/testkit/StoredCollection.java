package io.nestcms.testkit;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoCollection;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.IndexBuildFailedException;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one collection with their indexes. A stored document is never changed in place: a reader takes the
 * references it needs under a short lock and filters, sorts and encodes them outside it, so no reader sees half an
 * update and none holds up another.
 */
final class StoredCollection extends AbstractMongoCollection<Integer> {
    /** How many index entries a query with a limit looks at while it holds the lock. */
    private static final int LOOK_AHEAD = 1_000;

    /** Told of every change, under the collection's write lock. */
    interface Changes {
        void inserted(StoredCollection collection, Document document);

        void updated(StoredCollection collection, Document before, Document after);

        void deleted(StoredCollection collection, Document before);
    }

    /** What the collection tells of and asks about the requests it serves. */
    interface Requests {
        /** A query read the whole collection. */
        void scanned(String description);

        /** A query looks at a document; throws if the present request has taken longer than it may. */
        void looksAt();

        /** Throws if the present request has taken longer than it may. */
        void checkTime();
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<@Nullable Document> documents = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Changes changes;
    private final Requests requests;
    private final boolean system;

    StoredCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            CursorRegistry cursors,
            Changes changes,
            Requests requests) {
        super(database, name, options, cursors);
        this.changes = changes;
        this.requests = requests;
        this.system = name.startsWith("system.");
    }

    // ---- writing -------------------------------------------------------------------------------------------------

    private <T> T writing(Supplier<T> change) {
        lock.writeLock().lock();
        try {
            return change.get();
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void addDocument(Document document) {
        lock.writeLock().lock();
        try {
            super.addDocument(document);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public List<Document> insertDocuments(List<Document> inserted, boolean isOrdered) {
        return writing(() -> super.insertDocuments(inserted, isOrdered));
    }

    @Override
    public Document findAndModify(Document query) {
        return writing(() -> super.findAndModify(query));
    }

    @Override
    public int deleteDocuments(Document selector, int limit, Oplog oplog) {
        return writing(() -> super.deleteDocuments(selector, limit, oplog));
    }

    @Override
    public Document updateDocuments(
            Document selector, Document update, ArrayFilters filters, boolean isMulti, boolean isUpsert, Oplog oplog) {
        return writing(() -> super.updateDocuments(selector, update, filters, isMulti, isUpsert, oplog));
    }

    @Override
    public void addIndex(Index<Integer> index) {
        lock.writeLock().lock();
        try {
            if (getIndexes().stream().noneMatch(each -> each.getName().equals(index.getName()))) {
                build(index);
            }
            super.addIndex(index);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Document by document: the engine would check them all against the empty index and miss duplicates among them. */
    private void build(Index<Integer> index) {
        try {
            streamAllDocumentsWithPosition().forEach(each -> {
                index.checkAdd(each.getDocument(), this);
                index.add(each.getDocument(), each.getPosition(), this);
            });
        } catch (MongoServerError e) {
            throw new IndexBuildFailedException(e, this);
        }
    }

    @Override
    public void dropIndex(String indexName) {
        lock.writeLock().lock();
        try {
            super.dropIndex(indexName);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void renameTo(MongoDatabase newDatabase, String newCollectionName) {
        lock.writeLock().lock();
        try {
            super.renameTo(newDatabase, newCollectionName);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    protected Integer addDocumentInternal(Document document) {
        Integer position = free.poll();
        if (position == null) {
            position = documents.size();
            documents.add(document);
        } else {
            documents.set(position, document);
        }
        if (!system) {
            changes.inserted(this, document);
        }
        return position;
    }

    @Override
    protected void handleUpdate(Integer position, Document before, Document after) {
        documents.set(position, after);
        if (!system) {
            changes.updated(this, before, after);
        }
    }

    @Override
    public void removeDocument(Document document) {
        lock.writeLock().lock();
        try {
            Integer position = findDocumentPosition(document);
            if (position != null) {
                removeDocument(position);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    protected void removeDocument(Integer position) {
        Document before = getDocument(position);
        for (Index<Integer> index : getIndexes()) {
            ((OrderedIndex) index).remove(before, position);
        }
        documents.set(position, null);
        free.add(position);
        if (!system) {
            changes.deleted(this, before);
        }
    }

    @Override
    protected @Nullable Integer findDocumentPosition(Document document) {
        for (Index<Integer> index : getIndexes()) {
            Integer position = index.getPosition(document);
            if (position != null) {
                return position;
            }
        }
        int position = getIndexes().isEmpty() ? documents.indexOf(document) : -1;
        return position < 0 ? null : position;
    }

    /** Makes this the document under its {@code _id}: for replay and replication. */
    void put(Document document) {
        lock.writeLock().lock();
        try {
            Integer position = findDocumentPosition(document);
            if (position == null) {
                super.addDocument(document);
                return;
            }
            Document before = getDocument(position);
            for (Index<Integer> index : getIndexes()) {
                index.checkUpdate(before, document, this);
            }
            for (Index<Integer> index : getIndexes()) {
                index.updateInPlace(before, document, position, this);
            }
            handleUpdate(position, before, document);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The stored document with this {@code _id}, not to be changed. */
    @Nullable Document byId(@Nullable Object id) {
        lock.readLock().lock();
        try {
            Integer position = findDocumentPosition(new Document("_id", id));
            return position == null ? null : getDocument(position);
        } finally {
            lock.readLock().unlock();
        }
    }

    // ---- reading -------------------------------------------------------------------------------------------------

    @Override
    protected boolean documentMatchesQuery(Document document, Document query) {
        requests.looksAt();
        return query.isEmpty() || Filter.matches(document, query);
    }

    @Override
    protected QueryResult queryDocuments(
            Document query,
            @Nullable Document orderBy,
            int numberToSkip,
            int limit,
            int batchSize,
            @Nullable Document fieldSelector) {
        Document order = orderBy == null || orderBy.isEmpty() || orderBy.containsKey("$natural") ? null : orderBy;
        Filter filter = Filter.of(query);
        Optional<Candidates> few = limit > 0 ? candidates(query, order, LOOK_AHEAD) : Optional.empty();
        if (few.isPresent() && (few.get().sorted() || order == null)) {
            Candidates some = few.get();
            List<Document> first = some.documents().stream()
                    .filter(document -> matches(filter, document))
                    .limit((long) numberToSkip + limit)
                    .toList();
            if (some.complete() || first.size() == numberToSkip + limit) {
                return result(first.stream(), null, numberToSkip, limit, batchSize, fieldSelector);
            }
        }
        Candidates all = candidates(query, order, Integer.MAX_VALUE).orElseGet(() -> scan(query, orderBy));
        Comparator<Document> comparator = order == null || all.sorted() ? null : deriveComparator(order);
        Stream<Document> found = all.documents().stream().filter(document -> matches(filter, document));
        return result(found, comparator, numberToSkip, limit, batchSize, fieldSelector);
    }

    private boolean matches(Filter filter, Document document) {
        requests.looksAt();
        return filter.matches(document);
    }

    /** Of documents that match. */
    private QueryResult result(
            Stream<Document> found,
            @Nullable Comparator<Document> comparator,
            int skip,
            int limit,
            int batchSize,
            @Nullable Document fields) {
        if (!lock.isWriteLockedByCurrentThread()) {
            return matchDocumentsFromStream(new Document(), found, skip, limit, batchSize, comparator, fields);
        }
        // an update changes the document it is given: give it a copy, made only when it is looked at
        List<Document> matches = matchDocumentsFromStream(new Document(), found, skip, limit, 0, comparator, fields)
                .collectDocuments();
        return new QueryResult(() -> matches.stream().map(Document::cloneDeeply).iterator());
    }

    private record Candidates(List<Document> documents, boolean sorted, boolean complete) {}

    private Optional<Candidates> candidates(Document query, @Nullable Document order, int most) {
        lock.readLock().lock();
        try {
            return QueryPlanner.plan(query, order, getIndexes()).map(plan -> read(plan, most));
        } finally {
            lock.readLock().unlock();
        }
    }

    private Candidates read(QueryPlanner.Plan plan, int most) {
        Set<Integer> seen = plan.repeats() ? new HashSet<>() : Set.of();
        List<Document> found = new ArrayList<>();
        for (QueryPlanner.Scan scan : plan.scans()) {
            for (QueryPlanner.Range range : scan.ranges()) {
                NavigableSet<OrderedIndex.Entry> entries = scan.index().between(range.low(), range.high());
                for (OrderedIndex.Entry entry : plan.reversed() ? entries.descendingSet() : entries) {
                    if (found.size() >= most) {
                        return new Candidates(found, plan.sorted(), false);
                    }
                    if (!plan.repeats() || seen.add(entry.position())) {
                        found.add(getDocument(entry.position()));
                    }
                }
            }
        }
        return new Candidates(found, plan.sorted(), true);
    }

    private Candidates scan(Document query, @Nullable Document orderBy) {
        Document order = orderBy == null || orderBy.containsKey("$natural") ? new Document() : orderBy;
        if (!system && !(query.isEmpty() && order.isEmpty())) {
            String sort = order.isEmpty() ? "" : " sort " + order.keySet();
            requests.scanned(getFullName() + " filter " + query.keySet() + sort);
        }
        return all(orderBy);
    }

    private Candidates all(@Nullable Document orderBy) {
        lock.readLock().lock();
        try {
            List<Document> found = new ArrayList<>(documents.size());
            for (Document document : documents) {
                if (document != null) {
                    found.add(document);
                }
            }
            if (isNaturalDescending(orderBy)) {
                Collections.reverse(found);
            }
            return new Candidates(found, false, true);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** A consistent view of all documents; they are not to be changed. */
    List<Document> snapshot() {
        return all(null).documents();
    }

    /** The plan the query would get now. */
    Optional<QueryPlanner.Plan> explain(Document query, @Nullable Document order) {
        lock.readLock().lock();
        try {
            return QueryPlanner.plan(query, order, getIndexes());
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    protected QueryResult matchDocuments(
            Document query, Document orderBy, int numberToSkip, int limit, int batchSize, Document fieldSelector) {
        return queryDocuments(query, orderBy, numberToSkip, limit, batchSize, fieldSelector);
    }

    @Override
    public int count() {
        ReadWriteLock reading = lock;
        reading.readLock().lock();
        try {
            return documents.size() - free.size();
        } finally {
            reading.readLock().unlock();
        }
    }

    @Override
    public boolean isEmpty() {
        return count() == 0;
    }

    @Override
    protected Document getDocument(Integer position) {
        return Objects.requireNonNull(documents.get(position), "document");
    }

    @Override
    protected Stream<DocumentWithPosition<Integer>> streamAllDocumentsWithPosition() {
        return IntStream.range(0, documents.size())
                .filter(position -> documents.get(position) != null)
                .mapToObj(position -> new DocumentWithPosition<>(getDocument(position), position));
    }

    @Override
    protected boolean tracksDataSize() {
        return false;
    }

    @Override
    protected void updateDataSize(int sizeDelta) {
        throw new UnsupportedOperationException("data size is not tracked");
    }

    @Override
    protected int getDataSize() {
        return 0;
    }
}
