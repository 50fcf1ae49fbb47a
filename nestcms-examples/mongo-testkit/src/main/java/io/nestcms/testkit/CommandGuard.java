package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what the node would ignore or do otherwise than a MongoDB server: commands, options, operators and stages are
 * allowed by list, so that anything unforeseen is an error and never a silent wrong answer.
 */
final class CommandGuard {
    private static final int NOT_SUPPORTED = 115;
    /** The engine compares decimals as doubles; up to so many digits that tells them apart. */
    private static final int DIGITS_OF_A_DOUBLE = 15;

    /** What the driver adds to any command: ids, concerns and times that the node honours or that need no act. */
    private static final Set<String> COMMON = Set.of(
            "$db", "lsid", "$clusterTime", "txnNumber", "readConcern", "writeConcern", "$readPreference", "comment");

    private static final Map<String, Set<String>> OPTIONS = Map.ofEntries(
            Map.entry("insert", Set.of("documents", "ordered", "bypassDocumentValidation")),
            Map.entry("update", Set.of("updates", "ordered", "bypassDocumentValidation")),
            Map.entry("delete", Set.of("deletes", "ordered")),
            Map.entry(
                    "findAndModify",
                    Set.of(
                            "query",
                            "sort",
                            "remove",
                            "update",
                            "new",
                            "fields",
                            "upsert",
                            "arrayFilters",
                            "bypassDocumentValidation")),
            Map.entry(
                    "find",
                    Set.of(
                            "filter",
                            "sort",
                            "projection",
                            "skip",
                            "limit",
                            "batchSize",
                            "singleBatch",
                            "allowDiskUse",
                            "noCursorTimeout")),
            Map.entry("aggregate", Set.of("pipeline", "cursor", "allowDiskUse")),
            Map.entry("count", Set.of("query", "limit", "skip")),
            Map.entry("distinct", Set.of("key", "query")),
            Map.entry("getMore", Set.of("collection", "batchSize")),
            Map.entry("killCursors", Set.of("cursors")),
            Map.entry("create", Set.of()),
            Map.entry("createIndexes", Set.of("indexes", "commitQuorum")),
            Map.entry("drop", Set.of()),
            Map.entry("dropIndexes", Set.of("index")),
            Map.entry("dropDatabase", Set.of()),
            Map.entry("listCollections", Set.of("filter", "nameOnly", "cursor", "authorizedCollections")),
            Map.entry("listIndexes", Set.of("cursor")),
            Map.entry("listDatabases", Set.of("filter", "nameOnly", "authorizedDatabases")),
            Map.entry("explain", Set.of("verbosity")),
            Map.entry("buildInfo", Set.of()),
            Map.entry("ping", Set.of()),
            Map.entry("commitTransaction", Set.of("recoveryToken")),
            Map.entry("abortTransaction", Set.of("recoveryToken")));

    private static final Set<String> TRANSACTION = Set.of("startTransaction", "autocommit");
    private static final Set<String> IN_TRANSACTIONS = Set.of(
            "insert",
            "update",
            "delete",
            "findAndModify",
            "find",
            "aggregate",
            "distinct",
            "getMore",
            "killCursors",
            "commitTransaction",
            "abortTransaction");

    private static final Set<String> STATEMENT = Set.of("q", "u", "multi", "upsert", "arrayFilters", "limit");
    private static final Set<String> INDEX = Set.of("key", "name", "unique", "sparse", "expireAfterSeconds", "v", "ns");
    private static final Set<String> UPDATE_OPERATORS = Set.of(
            "$set",
            "$unset",
            "$inc",
            "$mul",
            "$min",
            "$max",
            "$push",
            "$addToSet",
            "$pull",
            "$pullAll",
            "$pop",
            "$rename",
            "$currentDate",
            "$setOnInsert");
    private static final Set<String> QUERY_OPERATORS = Set.of(
            "$eq",
            "$ne",
            "$gt",
            "$gte",
            "$lt",
            "$lte",
            "$in",
            "$nin",
            "$and",
            "$or",
            "$nor",
            "$not",
            "$exists",
            "$type",
            "$mod",
            "$regex",
            "$options",
            "$all",
            "$elemMatch",
            "$size",
            "$expr",
            "$comment");
    private static final Set<String> STAGES = Set.of(
            "$match",
            "$skip",
            "$limit",
            "$sort",
            "$project",
            "$count",
            "$group",
            "$addFields",
            "$set",
            "$unset",
            "$unwind",
            "$lookup",
            "$replaceRoot",
            "$replaceWith",
            "$sample",
            "$sortByCount",
            "$bucket",
            "$facet",
            "$changeStream");

    private final boolean transactions;
    private final List<String> refusals = new CopyOnWriteArrayList<>();

    /** A guard that lets transactions pass, or not. */
    CommandGuard(boolean transactions) {
        this.transactions = transactions;
    }

    /** What was refused, in order: command and reason, no values. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** Throws the error the client is to get, or returns. */
    void check(String command, String database, Document query) {
        try {
            inspect(command, query);
        } catch (MongoServerError e) {
            refusals.add(command + " on " + database + ": " + e.getMessageWithoutErrorCode());
            throw e;
        }
    }

    private void inspect(String command, Document query) {
        Set<String> options = OPTIONS.get(command.equals("findandmodify") ? "findAndModify" : command);
        if (options == null) {
            throw new MongoServerError(59, "CommandNotFound", "This node has no command '" + command + "'");
        }
        checkTransaction(command, query);
        for (Map.Entry<String, Object> option : query.entrySet()) {
            String name = option.getKey();
            if (!name.equals(command)
                    && !COMMON.contains(name)
                    && !TRANSACTION.contains(name)
                    && !options.contains(name)
                    && !isHarmless(name, option.getValue())) {
                throw refusal("option '" + name + "' of " + command);
            }
        }
        if (query.get(command) instanceof String collection
                && collection.startsWith("system.")
                && !command.startsWith("list")) {
            throw refusal("the system collection " + collection);
        }
        switch (command) {
            case "find" -> {
                checkFilter(query.get("filter"));
                checkSort(query.get("sort"));
            }
            case "count", "distinct" -> checkFilter(query.get("query"));
            case "findAndModify", "findandmodify" -> {
                checkFilter(query.get("query"));
                checkSort(query.get("sort"));
                checkUpdate(query.get("update"));
            }
            case "update" -> each(query.get("updates"), this::checkStatement);
            case "delete" -> each(query.get("deletes"), this::checkStatement);
            case "aggregate" -> checkPipeline(query.get("pipeline"));
            case "createIndexes" -> each(query.get("indexes"), CommandGuard::checkIndex);
            default -> {
                // nothing inside to look at
            }
        }
    }

    private static MongoServerError refusal(String what) {
        return new MongoServerError(
                NOT_SUPPORTED, "CommandNotSupported", "This node does not offer " + what + " and will not ignore it");
    }

    private void checkTransaction(String command, Document query) {
        boolean asked = query.containsKey("startTransaction") || query.containsKey("autocommit");
        if (asked && !transactions) {
            throw new MongoServerError(
                    263,
                    "OperationNotSupportedInTransaction",
                    "This node has no multi-document transactions; keep what belongs together in one document");
        }
        if (asked && (!IN_TRANSACTIONS.contains(command) || ChangeStream.opens(query))) {
            throw new MongoServerError(
                    263, "OperationNotSupportedInTransaction", "This set does not offer this in a transaction");
        }
    }

    /** Values that ask for nothing but the default. */
    private static boolean isHarmless(String option, @Nullable Object value) {
        return switch (option) {
            case "collation" ->
                value instanceof Document collation && collation.equals(new Document("locale", "simple"));
            // kept by the engine while it looks at documents
            case "maxTimeMS" -> true;
            default ->
                value == null || Boolean.FALSE.equals(value) || (value instanceof Document empty && empty.isEmpty());
        };
    }

    private interface Check {
        void accept(Document document);
    }

    private static void each(@Nullable Object list, Check check) {
        if (list instanceof Collection<?> all) {
            for (Object one : all) {
                if (one instanceof Document document) {
                    check.accept(document);
                }
            }
        }
    }

    private void checkStatement(Document statement) {
        for (Map.Entry<String, Object> option : statement.entrySet()) {
            if (!STATEMENT.contains(option.getKey()) && !isHarmless(option.getKey(), option.getValue())) {
                throw refusal("option '" + option.getKey() + "' of a statement");
            }
        }
        checkFilter(statement.get("q"));
        checkUpdate(statement.get("u"));
    }

    private static void checkUpdate(@Nullable Object update) {
        if (update instanceof List) {
            throw refusal("updates by pipeline");
        }
        if (update instanceof Document document) {
            for (String operator : document.keySet()) {
                if (operator.startsWith("$") && !UPDATE_OPERATORS.contains(operator)) {
                    throw refusal("the update operator " + operator);
                }
            }
        }
    }

    private static void checkSort(@Nullable Object sort) {
        if (sort instanceof Document document) {
            document.forEach((field, direction) -> {
                if (!(direction instanceof Number)) {
                    throw refusal("sorting '" + field + "' by anything but 1 or -1");
                }
            });
        }
    }

    /** Operators stand where a filter or an operand is; below a plain value they would be data. */
    private void checkFilter(@Nullable Object filter) {
        if (filter instanceof Document document) {
            for (Map.Entry<String, Object> entry : document.entrySet()) {
                String key = entry.getKey();
                boolean reference = key.equals("$ref") || key.equals("$id") || key.equals("$db");
                if (key.startsWith("$") && !reference && !QUERY_OPERATORS.contains(key)) {
                    throw refusal("the query operator " + key);
                }
                if (!key.equals("$expr")) {
                    checkFilter(entry.getValue());
                }
            }
        } else if (filter instanceof Collection<?> all) {
            all.forEach(this::checkFilter);
        } else if (filter instanceof Decimal128 decimal
                && Double.isFinite(decimal.doubleValue())
                && decimal.toBigDecimal().stripTrailingZeros().precision() > DIGITS_OF_A_DOUBLE) {
            throw refusal("comparing decimals of more than 15 digits");
        }
    }

    private void checkPipeline(@Nullable Object pipeline) {
        each(pipeline, stage -> {
            for (Map.Entry<String, Object> entry : stage.entrySet()) {
                String name = entry.getKey();
                if (!STAGES.contains(name)) {
                    throw refusal("the stage " + name);
                }
                switch (name) {
                    case "$match" -> checkFilter(entry.getValue());
                    case "$sort" -> checkSort(entry.getValue());
                    case "$facet" -> {
                        if (entry.getValue() instanceof Document facets) {
                            facets.values().forEach(this::checkPipeline);
                        }
                    }
                    case "$lookup" -> {
                        if (entry.getValue() instanceof Document lookup) {
                            checkPipeline(lookup.get("pipeline"));
                        }
                    }
                    default -> {
                        // the engine refuses what it does not know in the others
                    }
                }
            }
        });
    }

    private static void checkIndex(Document index) {
        for (Map.Entry<String, Object> option : index.entrySet()) {
            if (!INDEX.contains(option.getKey()) && !isHarmless(option.getKey(), option.getValue())) {
                throw refusal("the index option '" + option.getKey() + "'");
            }
        }
        if (index.containsKey("expireAfterSeconds")
                && !(index.get("key") instanceof Document single && single.size() == 1 && !single.containsKey("_id"))) {
            throw refusal("expireAfterSeconds on _id or on more than one field");
        }
        if (index.get("key") instanceof Document key) {
            key.forEach((field, kind) -> {
                if (!(kind instanceof Number) || field.contains("$")) {
                    throw refusal("an index of kind '" + kind + "' on '" + field + "'");
                }
            });
        }
    }
}
