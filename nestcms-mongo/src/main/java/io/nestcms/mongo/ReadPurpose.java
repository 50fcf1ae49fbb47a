package io.nestcms.mongo;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a read is for, and so how old its answer may be. The {@link ReadWriteSplitter} picks the server by it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class ReadPurpose {
    enum Kind {
        FRESH,
        SCOPED,
        STALE,
        REPORT,
        CURRENT_REPORT
    }

    private static final ReadPurpose FRESH = new ReadPurpose(Kind.FRESH, null, Duration.ZERO, false);
    private static final ReadPurpose REPORT = new ReadPurpose(Kind.REPORT, null, Duration.ZERO, false);
    private static final ReadPurpose CURRENT_REPORT = new ReadPurpose(Kind.CURRENT_REPORT, null, Duration.ZERO, false);

    private final Kind kind;
    private final @Nullable ReadScope scope;
    private final Duration bound;
    private final boolean hedged;

    private ReadPurpose(Kind kind, @Nullable ReadScope scope, Duration bound, boolean hedged) {
        this.kind = kind;
        this.scope = scope;
        this.bound = bound;
        this.hedged = hedged;
    }

    /**
     * The latest there is, whoever wrote it: from the primary, once a majority confirms that it still is the primary.
     * Exact for reads of one document by a unique field; costs a round trip within the cluster.
     *
     * @return the purpose
     */
    public static ReadPurpose fresh() {
        return FRESH;
    }

    /**
     * Everything that was written and read in the scope, or later: from any server that has it.
     *
     * @param scope the scope
     * @return the purpose
     */
    public static ReadPurpose within(ReadScope scope) {
        return new ReadPurpose(Kind.SCOPED, Objects.requireNonNull(scope, "scope"), Duration.ZERO, false);
    }

    /**
     * Everything that was acknowledged longer ago than the bound; the rest, perhaps.
     *
     * @param bound how old the answer may be; 1 ms to 1 h
     * @return the purpose
     * @throws io.nestcms.failure.InvalidInputException if the bound is out of range
     */
    public static ReadPurpose staleUpTo(Duration bound) {
        if (bound.compareTo(Duration.ofMillis(1)) < 0 || bound.compareTo(Duration.ofHours(1)) > 0) {
            throw new io.nestcms.failure.InvalidInputException("bound", "is " + bound, "1 ms to 1 h");
        }
        return new ReadPurpose(Kind.STALE, null, bound, false);
    }

    /**
     * A long read without a bound on its age, kept away from the primary while there is a secondary.
     *
     * @return the purpose
     */
    public static ReadPurpose report() {
        return REPORT;
    }

    /** A long read that has all that was acknowledged before it began, from a secondary where there is one. */
    static ReadPurpose currentReport() {
        return CURRENT_REPORT;
    }

    /**
     * Allows the read to be sent to a second server when the first is late, where {@link NestMongo.Builder#hedging} is on. For
     * reads within a scope and stale ones that cost little; the work then runs on other threads, perhaps on two at once.
     *
     * @return a changed copy
     * @throws io.nestcms.failure.InvalidInputException if this is a fresh read or a report
     */
    public ReadPurpose hedged() {
        if (kind != Kind.SCOPED && kind != Kind.STALE) {
            throw new io.nestcms.failure.InvalidInputException(
                    "purpose", "is " + kind, "within a scope or stale, to be hedged");
        }
        return new ReadPurpose(kind, scope, bound, true);
    }

    boolean isHedged() {
        return hedged;
    }

    Kind kind() {
        return kind;
    }

    ReadScope scope() {
        return Objects.requireNonNull(scope, "scope");
    }

    Duration bound() {
        return bound;
    }

    /**
     * The kind, with the bound where there is one.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return (kind == Kind.STALE ? "STALE " + bound : kind.name()) + (hedged ? " hedged" : "");
    }
}
