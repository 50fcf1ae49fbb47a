package io.nestcms.mongo;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * A pipeline with the type of its rows, for {@link Aggregations}. By default it is asked of the database each time.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> the kind of row
 * @since 0.1
 */
public final class Aggregation<T> {
    /** The tag of what is made from payments in any way: forgotten at every event of a payment. */
    public static final String PAYMENTS = "payments";

    /** The tag of what is made from money that moved: forgotten when some has. */
    public static final String MONEY = "money";

    /** The tag of what is made from contracts: forgotten at every event of a contract. */
    public static final String CONTRACTS = "contracts";

    private final String name;
    private final String collection;
    private final List<BsonDocument> pipeline;
    private final Function<Document, ? extends List<T>> rows;
    private final Set<String> tags;
    private final Duration keptFor;
    private final boolean staleAllowed;

    private Aggregation(
            String name,
            String collection,
            List<BsonDocument> pipeline,
            Function<Document, ? extends List<T>> rows,
            Set<String> tags,
            Duration keptFor,
            boolean staleAllowed) {
        this.name = name;
        this.collection = collection;
        this.pipeline = pipeline;
        this.rows = rows;
        this.tags = tags;
        this.keptFor = keptFor;
        this.staleAllowed = staleAllowed;
    }

    /**
     * A pipeline of the application's own.
     *
     * @param <T> the kind of row
     * @param name names it in metrics and logs; few different ones, no values in it
     * @param collection where it begins
     * @param pipeline the stages; read only
     * @param row makes a row of what the server gives
     * @return an aggregation that is not kept
     */
    public static <T> Aggregation<T> of(
            String name, String collection, List<? extends Bson> pipeline, Function<Document, T> row) {
        Objects.requireNonNull(row, "row");
        return ofMany(name, collection, pipeline, document -> List.of(row.apply(document)));
    }

    /** One document may make any number of rows. */
    static <T> Aggregation<T> ofMany(
            String name, String collection, List<? extends Bson> pipeline, Function<Document, ? extends List<T>> rows) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(collection, "collection");
        // a copy, by which equal ones are known
        List<BsonDocument> stages =
                pipeline.stream().map(stage -> stage.toBsonDocument().clone()).toList();
        return new Aggregation<>(name, collection, stages, rows, Set.of(), Duration.ZERO, false);
    }

    /**
     * Keeps the rows in the cache for a while, unless one of their tags is invalidated before.
     *
     * @param time how long; above zero. The cache may forget them earlier
     * @return a changed copy
     * @throws InvalidInputException if the time is not above zero
     */
    public Aggregation<T> keptFor(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new InvalidInputException("time", "is " + time, "above zero");
        }
        return new Aggregation<>(name, collection, pipeline, rows, tags, time, staleAllowed);
    }

    /**
     * Says what the rows are made from.
     *
     * @param names the tags, in place of those before
     * @return a changed copy
     */
    public Aggregation<T> tagged(String... names) {
        return new Aggregation<>(name, collection, pipeline, rows, Set.of(names), keptFor, staleAllowed);
    }

    /**
     * Allows old rows while the database does not answer as it should: the last ones that were kept, else what a secondary
     * has.
     *
     * @return a changed copy
     */
    public Aggregation<T> orStale() {
        return new Aggregation<>(name, collection, pipeline, rows, tags, keptFor, true);
    }

    String name() {
        return name;
    }

    String collection() {
        return collection;
    }

    List<BsonDocument> pipeline() {
        return pipeline;
    }

    List<T> rows(Document document) {
        return rows.apply(document);
    }

    Set<String> tags() {
        return tags;
    }

    Duration keptFor() {
        return keptFor;
    }

    boolean isStaleAllowed() {
        return staleAllowed;
    }
}
