package io.nestcms.cache;

/**
 * What a cache did since it was built, and what it holds.
 *
 * @param memoryHits answers from this process's memory
 * @param sharedHits answers from the shared cache
 * @param misses answers that had to be loaded, or that another load gave
 * @param loads how often a value was loaded
 * @param loadFailures how often that failed
 * @param invalidations keys and tags that were invalidated here or told of by another node
 * @param unreached how often the shared cache was not asked, or did not answer
 * @param tooLarge values that were not kept in the shared cache for their size
 * @param unreadable shared values that could not be read or opened
 * @param waiting invalidations that the shared cache has not got yet
 * @param entries values in memory
 * @param bytes what they weigh
 * @since 0.1
 */
public record CacheStatistics(
        long memoryHits,
        long sharedHits,
        long misses,
        long loads,
        long loadFailures,
        long invalidations,
        long unreached,
        long tooLarge,
        long unreadable,
        long waiting,
        long entries,
        long bytes) {}
