package io.nestcms.mongo;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the indexes in the database compare with those that the stores' queries need. Names are collection, dot, index.
 *
 * @param missing needed and not there
 * @param unknown there and needed by no query of this module; perhaps by one of the application's
 * @param uses how often each index was used since the primary started, without those that keep values unique; empty when the
 *     server does not tell
 * @since 0.1
 */
public record IndexReport(List<String> missing, List<String> unknown, Map<String, Long> uses) {
    /**
     * Copies the lists.
     *
     * @param missing needed and not there
     * @param unknown there and not needed
     * @param uses how often each was used
     */
    public IndexReport {
        missing = List.copyOf(missing);
        unknown = List.copyOf(unknown);
        uses = java.util.Collections.unmodifiableMap(new TreeMap<>(uses));
    }

    /**
     * The indexes that cost writes and were never used.
     *
     * @return empty when the server does not tell
     */
    public List<String> unused() {
        return uses.entrySet().stream()
                .filter(use -> use.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
    }
}
