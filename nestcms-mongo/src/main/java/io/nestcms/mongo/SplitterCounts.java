package io.nestcms.mongo;

/**
 * What a {@link ReadWriteSplitter} sent where since it was made.
 *
 * @param writes writes, all to the primary
 * @param primaryReads reads sent to the primary, the fallbacks included
 * @param spreadReads reads that any server might take
 * @param fallbacks spread reads that the primary had to answer after all
 * @param timeQueries how often the primary was asked how far the data is, to bound the age of reads
 * @param staleReads reads that any server was asked for because no other answered, however far behind
 * @param hedges spread reads that were sent to a second server, since the first was late
 * @param hedgesWon those of them that answered first
 * @param hedgesWithheld late reads that were not sent again, since too many were
 * @since 0.1
 */
public record SplitterCounts(
        long writes,
        long primaryReads,
        long spreadReads,
        long fallbacks,
        long timeQueries,
        long staleReads,
        long hedges,
        long hedgesWon,
        long hedgesWithheld) {}
