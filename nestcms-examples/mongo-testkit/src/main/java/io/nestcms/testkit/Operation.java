package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import java.util.Objects;

/**
 * One change of the data, as it is journaled: the whole document after it, so that replay needs no query and may repeat.
 *
 * @param kind what it does
 * @param database where
 * @param collection where; empty for a command
 * @param document the document, its {@code _id} alone for a deletion, or the command
 */
record Operation(Kind kind, String database, String collection, Document document) {

    enum Kind {
        PUT('p'),
        DELETE('d'),
        COMMAND('c'),
        /** The reply to a retryable write, so that its repetition is answered and not applied. */
        REPLY('r'),
        /** Stands last in a snapshot: without it the snapshot is not whole. */
        END('e');

        private final byte code;

        Kind(char code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }

        static Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("operation code " + code);
        }
    }

    Operation {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(collection, "collection");
        Objects.requireNonNull(document, "document");
    }

    static Operation put(String database, String collection, Document document) {
        return new Operation(Kind.PUT, database, collection, document);
    }

    static Operation delete(String database, String collection, Document id) {
        return new Operation(Kind.DELETE, database, collection, id);
    }

    static Operation command(String database, Document command) {
        return new Operation(Kind.COMMAND, database, "", command);
    }

    /** Makes the change in a store and its table of retried writes; making it again changes nothing. */
    void applyTo(Store store, RetryableWrites retried) {
        switch (kind) {
            case PUT -> store.findOrCreate(database, collection).put(document);
            case DELETE -> store.findOrCreate(database, collection).removeDocument(document);
            // the engine writes into the command it is given
            case COMMAND -> store.run(database, document.cloneDeeply());
            case REPLY -> retried.apply(document);
            case END -> {
                // says only that a snapshot is whole
            }
        }
    }
}
