package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A stage of a pipeline that the node answers by itself, because the engine is slow at it out of all proportion: it splits
 * paths anew for each document and copies what it does not change. The results are those of the engine.
 */
sealed interface OwnStage permits HashGroup, Unwinding, Filter, Omission {

    /**
     * What comes out, or nothing where a document is not of the kind this stage knows: the engine then does the stage. The
     * documents that come out share what they have not changed with those that went in.
     */
    Optional<List<Document>> apply(List<Document> documents);

    /** The node's own way to do a stage, if it has one. */
    static Optional<OwnStage> of(Document stage) {
        return Stream.<Function<Document, Optional<? extends OwnStage>>>of(
                        HashGroup::of, Unwinding::of, Filter::ofStage, Omission::of)
                .<OwnStage>flatMap(kind -> kind.apply(stage).stream())
                .findFirst();
    }
}
