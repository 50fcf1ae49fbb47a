package io.nestcms.cache;

import java.util.concurrent.atomic.LongAdder;

/** Counts what a cache does. */
final class CacheCounts {
    final LongAdder memoryHits = new LongAdder();
    final LongAdder sharedHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadFailures = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder unreached = new LongAdder();
    final LongAdder tooLarge = new LongAdder();
    final LongAdder unreadable = new LongAdder();

    CacheStatistics statistics(long waiting, long entries, long bytes) {
        return new CacheStatistics(
                memoryHits.sum(),
                sharedHits.sum(),
                misses.sum(),
                loads.sum(),
                loadFailures.sum(),
                invalidations.sum(),
                unreached.sum(),
                tooLarge.sum(),
                unreadable.sum(),
                waiting,
                entries,
                bytes);
    }
}
