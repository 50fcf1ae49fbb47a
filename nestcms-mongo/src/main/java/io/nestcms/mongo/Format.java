package io.nestcms.mongo;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bson.Document;

/**
 * The stored form of one kind of document. {@code v} says which build is needed to read a document: one of a newer version is
 * refused by name. Older ones are brought up while they are read and are written in the newest form by the next write.
 *
 * <p>A step turns what an older build wrote into the newer form, in place, and leaves alone what is in it already: parts of a
 * document (its waiting events) may be older than the document, and a projection may lack parts. So all steps are taken whatever
 * the version.
 */
record Format(String collection, List<UnaryOperator<Document>> steps) {
    static Format first(String collection) {
        return new Format(collection, List.of());
    }

    /** The version that this build writes, from 1. */
    int version() {
        return steps.size() + 1;
    }

    /** Opens a document; refuses formats newer than this build knows. */
    Stored read(Document document) {
        Stored stored = Stored.of(document, collection);
        int version = stored.integer("v");
        if (version > version()) {
            throw new NestMongoException(
                    collection + "/" + document.get("_id") + " has format version " + version
                            + "; this build reads up to " + version()
                            + ": upgrade this node before the record can be read here",
                    null);
        }
        Document newest = document;
        for (UnaryOperator<Document> step : steps) {
            newest = Objects.requireNonNull(step.apply(newest));
        }
        return Stored.of(newest, collection);
    }
}
