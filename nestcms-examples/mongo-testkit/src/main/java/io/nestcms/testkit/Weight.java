package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** About how much memory a document takes: objects of 64-bit Java with compressed references, rounded up. */
final class Weight {
    private static final int ENTRY = 88;
    private static final int STRING = 56;
    private static final int LIST = 56;
    private static final int ELEMENT = 8;
    private static final int OTHER = 24;

    private Weight() {}

    static long of(OplogEntry entry) {
        long sum = ENTRY;
        for (OplogEntry.Change change : entry.changes()) {
            sum += ENTRY + of(change.before()) + of(change.after());
        }
        return sum;
    }

    static long of(@Nullable Object value) {
        long sum = OTHER;
        if (value instanceof Document document) {
            sum = ENTRY;
            for (Map.Entry<String, Object> field : document.entrySet()) {
                sum += ENTRY + STRING + field.getKey().length() + of(field.getValue());
            }
        } else if (value instanceof Collection<?> all) {
            sum = LIST;
            for (Object one : all) {
                sum += ELEMENT + of(one);
            }
        } else if (value instanceof String text) {
            sum = STRING + (long) text.length();
        } else if (value instanceof byte[] bytes) {
            sum = OTHER + (long) bytes.length;
        } else if (value instanceof BinData binary) {
            sum = 2L * OTHER + binary.getData().length;
        }
        return sum;
    }
}
