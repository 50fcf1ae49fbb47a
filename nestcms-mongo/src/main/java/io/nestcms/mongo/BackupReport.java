package io.nestcms.mongo;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a backup holds.
 *
 * @param takenAt when it was begun
 * @param documents how many documents of each collection, by name
 * @since 0.1
 */
public record BackupReport(Instant takenAt, Map<String, Long> documents) {
    /**
     * Copies the counts.
     *
     * @param takenAt when it was begun
     * @param documents how many documents of each collection
     */
    public BackupReport {
        Objects.requireNonNull(takenAt, "takenAt");
        documents = java.util.Collections.unmodifiableMap(new TreeMap<>(documents));
    }
}
