package io.nestcms.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import java.util.function.Supplier;

/** Where the driver's exceptions become ours. A driver message may show data, so it stays in the cause. */
final class Calls {
    private Calls() {}

    /** A call that writes: unless the server refused it, nobody knows whether it was applied. */
    static <T> T write(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (MongoWriteException refused) {
            throw new NestMongoException(what + " was refused by the database; nothing was written", refused);
        } catch (MongoException broken) {
            throw new NestMongoException(
                    what + " may or may not have been written: the database did not confirm it. Read again before"
                            + " deciding",
                    broken);
        }
    }

    static <T> T read(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (MongoException broken) {
            throw new NestMongoException(what + " could not be read: the database did not answer", broken);
        }
    }

    static boolean isDuplicate(MongoWriteException refused) {
        return refused.getError().getCategory() == ErrorCategory.DUPLICATE_KEY;
    }
}
