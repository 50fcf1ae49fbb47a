package io.nestcms.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Sends writes to the primary and reads to where their {@link ReadPurpose} lets them go. What any read sees was
 * acknowledged by a majority, so it cannot be rolled back. A secondary that does not answer in time, or has not yet got what
 * the read must see, is replaced by the primary.
 *
 * <p>Needs a replica set (one node is enough) or a sharded cluster. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ReadWriteSplitter {
    /** Server codes of reads that another server may answer: MaxTimeMSExpired, and clocks not yet gossiped or unsigned. */
    private static final java.util.Set<Integer> ASK_ANOTHER = java.util.Set.of(50, 72, 211);

    private final MongoClient client;
    private final MongoDatabase writes;
    private final MongoDatabase confirmed;
    private final MongoDatabase primary;
    private final MongoDatabase spread;
    private final MongoDatabase reports;
    private final MongoDatabase any;
    private final Duration patience;
    private final @Nullable Hedging hedging;
    private final RecentTimes times;
    private final Calls calls;
    private final ReentrantLock asking = new ReentrantLock();
    private final LongAdder writeCount = new LongAdder();
    private final LongAdder primaryReads = new LongAdder();
    private final LongAdder spreadReads = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();
    private final LongAdder timeQueries = new LongAdder();
    private final LongAdder staleReads = new LongAdder();

    private ReadWriteSplitter(Builder builder) {
        this.client = builder.client;
        MongoDatabase database = client.getDatabase(builder.database).withReadConcern(ReadConcern.MAJORITY);
        this.writes = database.withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                .withReadPreference(ReadPreference.primary());
        this.primary = database.withReadPreference(ReadPreference.primary());
        this.confirmed = primary.withReadConcern(ReadConcern.LINEARIZABLE);
        this.reports = database.withReadPreference(builder.spread);
        this.spread = reports.withTimeout(builder.patience.toMillis(), TimeUnit.MILLISECONDS);
        this.any = spread.withReadPreference(ReadPreference.nearest());
        this.patience = builder.patience;
        this.hedging = builder.hedging;
        this.times = new RecentTimes(builder.nanoTime);
        this.calls = builder.calls;
    }

    /**
     * Starts with what has no default.
     *
     * @param client the client to use; never closed here
     * @param database the database's name
     * @return a builder
     */
    public static Builder builder(MongoClient client, String database) {
        return new Builder(client, database);
    }

    /**
     * Writes, and lets the scope know how far the data is afterwards.
     *
     * @param <T> what the work gives
     * @param scope the scope that later reads are to see the write in
     * @param work the write; uses the given database and session for every call. Run once
     * @return what the work gave
     * @throws DatabaseUnavailableException if nobody knows whether the write was applied; later reads in the scope go to the
     *     primary
     * @throws MongoException as the work's calls throw it, when the server refused
     */
    public <T> T write(ReadScope scope, Work<T> work) {
        writeCount.increment();
        long askedAt = times.now();
        try (ClientSession session = session(true, scope.time())) {
            try {
                T result = calls.guarded(Calls.Kind.WRITE, () -> work.run(writes, session));
                times.add(askedAt, ClusterTime.of(session));
                return result;
            } catch (MongoException failed) {
                scope.lostTrack();
                if (isUnavailable(failed)) {
                    throw new DatabaseUnavailableException(
                            "a write was not confirmed: it may or may not have been applied. Read again before"
                                    + " deciding",
                            failed);
                }
                throw failed;
            } finally {
                scope.saw(ClusterTime.of(session));
            }
        }
    }

    /**
     * Reads from where the purpose allows.
     *
     * @param <T> what the work gives
     * @param purpose what the read is for
     * @param work the read; uses the given database and session for every call and has no effects, since it is run again
     *     on the primary when a secondary did not answer
     * @return what the work gave
     * @throws DatabaseUnavailableException if no server that may answer did so in time
     * @throws MongoException as the work's calls throw it, when the server refused
     */
    public <T> T read(ReadPurpose purpose, Work<T> work) {
        return switch (purpose.kind()) {
            case FRESH -> run(confirmed, false, null, null, work);
            case SCOPED -> {
                ReadScope scope = purpose.scope();
                yield scope.isUnsure()
                        ? run(primary, true, scope.time(), scope, work)
                        : spread(purpose, spread, scope.time(), scope, work);
            }
            case STALE -> spread(purpose, spread, timeWithin(purpose.bound()), null, work);
            case REPORT -> spread(purpose, reports, null, null, work);
            case CURRENT_REPORT -> spread(purpose, reports, primaryTime(), null, work);
        };
    }

    /**
     * Reads from where the purpose allows, and from what the fallback allows while no such server answers.
     *
     * @param <T> what the work gives
     * @param purpose what the read is for
     * @param fallback what may take the place of an answer
     * @param work the read, as for {@link #read(ReadPurpose, Work)}; does not give {@code null}
     * @return what the work or the cache gave, and from where it came
     * @throws DatabaseUnavailableException if nothing that may answer did so in time
     * @throws MongoException as the work's calls throw it, when the server refused
     */
    public <T> ReadAnswer<T> read(ReadPurpose purpose, ReadFallback<T> fallback, Work<T> work) {
        try {
            return new ReadAnswer<>(read(purpose, work), ReadAnswer.Origin.AS_ASKED);
        } catch (DatabaseUnavailableException outage) {
            Optional<ReadAnswer<T>> kept = ReadAnswer.kept(fallback.kept());
            if (kept.isPresent()) {
                return kept.get();
            }
            if (!fallback.mayAskStaleServer()) {
                throw outage;
            }
            return new ReadAnswer<>(staleRead(work, outage), ReadAnswer.Origin.STALE_SERVER);
        }
    }

    /** What is left of the data anywhere, in the place of an answer that nobody gave. */
    <T> T staleRead(Work<T> work, DatabaseUnavailableException outage) {
        staleReads.increment();
        try (ClientSession session = session(true, null)) {
            return calls.guarded(Calls.Kind.STALE_READ, () -> work.run(any, session));
        } catch (MongoException | DatabaseUnavailableException alsoFailed) {
            outage.addSuppressed(alsoFailed);
            throw outage;
        }
    }

    private <T> T spread(
            ReadPurpose purpose,
            MongoDatabase where,
            @Nullable ClusterTime after,
            @Nullable ReadScope scope,
            Work<T> work) {
        spreadReads.increment();
        Calls.Kind kind = where == reports ? Calls.Kind.REPORT : Calls.Kind.SPREAD_READ;
        try {
            return hedging != null && purpose.isHedged()
                    ? hedging.read(
                            () -> attempt(kind, where, after, scope, work),
                            () -> attempt(kind, any, after, scope, work),
                            2 * patience.toNanos())
                    : attempt(kind, where, after, scope, work);
        } catch (DatabaseUnavailableException leftAlone) {
            // the circuit is open, or the pool of that server is full: the primary has its own of both
            fallbacks.increment();
            return afterFallback(after, scope, work, leftAlone);
        } catch (MongoException failed) {
            if (!isUnavailable(failed)) {
                throw failed;
            }
            fallbacks.increment();
            return afterFallback(after, scope, work, failed);
        }
    }

    private <T> T attempt(
            Calls.Kind kind,
            MongoDatabase where,
            @Nullable ClusterTime after,
            @Nullable ReadScope scope,
            Work<T> work) {
        try (ClientSession session = session(true, after)) {
            T result = calls.guarded(kind, () -> work.run(where, session));
            if (scope != null) {
                scope.saw(ClusterTime.of(session));
            }
            return result;
        }
    }

    private <T> T afterFallback(
            @Nullable ClusterTime after, @Nullable ReadScope scope, Work<T> work, RuntimeException first) {
        try {
            if (first instanceof MongoException told && (told.getCode() == 72 || told.getCode() == 211)) {
                // the point came from another process and is ahead of the clock that this client passes on
                askPrimary();
            }
            return run(primary, true, after, scope, work);
        } catch (RuntimeException second) {
            second.addSuppressed(first);
            throw second;
        }
    }

    private <T> T run(
            MongoDatabase where, boolean causal, @Nullable ClusterTime after, @Nullable ReadScope scope, Work<T> work) {
        primaryReads.increment();
        try (ClientSession session = session(causal, after)) {
            T result = calls.guarded(Calls.Kind.READ, () -> work.run(where, session));
            if (scope != null) {
                scope.saw(ClusterTime.of(session));
            }
            return result;
        } catch (MongoException failed) {
            if (isUnavailable(failed)) {
                throw new DatabaseUnavailableException("no server answered a read in time", failed);
            }
            throw failed;
        }
    }

    /** A point that was current less than the bound ago. Asks the primary at most once per half of the bound. */
    private ClusterTime timeWithin(Duration bound) {
        ClusterTime early = times.within(bound.dividedBy(2));
        if (early == null && asking.tryLock()) {
            try {
                early = times.within(bound.dividedBy(2));
                if (early == null) {
                    askPrimary();
                }
            } catch (DatabaseUnavailableException unreachable) {
                // a point from before may still be recent enough
                ClusterTime known = times.within(bound);
                if (known == null) {
                    throw unreachable;
                }
                return known;
            } finally {
                asking.unlock();
            }
        }
        ClusterTime known = times.within(bound);
        if (known != null) {
            return known;
        }
        return askPrimary();
    }

    private ClusterTime askPrimary() {
        ClusterTime time = primaryTime();
        if (time == null) {
            throw new NestMongoException("the server tells no cluster time: it is not part of a replica set", null);
        }
        return time;
    }

    /** How far the data is now; null from a server that stands alone, which is always as far as it is. */
    private @Nullable ClusterTime primaryTime() {
        timeQueries.increment();
        long askedAt = times.now();
        try (ClientSession session = session(true, null)) {
            calls.guarded(Calls.Kind.READ, () -> primary.runCommand(session, new Document("ping", 1)));
            ClusterTime time = ClusterTime.of(session);
            times.add(askedAt, time);
            return time;
        } catch (MongoException failed) {
            throw new DatabaseUnavailableException("the primary did not answer in time", failed);
        }
    }

    private ClientSession session(boolean causal, @Nullable ClusterTime after) {
        ClientSession session;
        try {
            session = client.startSession(
                    ClientSessionOptions.builder().causallyConsistent(causal).build());
        } catch (MongoException failed) {
            throw new DatabaseUnavailableException("no session could be had", failed);
        }
        if (after != null) {
            after.advance(session);
        }
        return session;
    }

    private static boolean isUnavailable(MongoException failed) {
        return Calls.isUnavailable(failed) || ASK_ANOTHER.contains(failed.getCode());
    }

    /**
     * What was sent where since the start.
     *
     * @return counts
     */
    public SplitterCounts counts() {
        return new SplitterCounts(
                writeCount.sum(),
                primaryReads.sum(),
                spreadReads.sum(),
                fallbacks.sum(),
                timeQueries.sum(),
                staleReads.sum(),
                hedging == null ? 0 : hedging.sent(),
                hedging == null ? 0 : hedging.won(),
                hedging == null ? 0 : hedging.withheld());
    }

    /**
     * A write or a read.
     *
     * @param <T> what it gives
     * @since 0.1
     */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * Calls the database.
         *
         * @param database the database with the concerns and preference to use, unchanged
         * @param session the session to pass to every call
         * @return the result; read to its end, since the session ends with the work
         */
        T run(MongoDatabase database, ClientSession session);
    }

    /**
     * Collects options.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final MongoClient client;
        private final String database;
        private ReadPreference spread = ReadPreference.secondaryPreferred();
        private Duration patience = Duration.ofMillis(500);
        private LongSupplier nanoTime = System::nanoTime;
        private Calls calls = Calls.unguarded();
        private @Nullable Hedging hedging;

        private Builder(MongoClient client, String database) {
            this.client = Objects.requireNonNull(client, "client");
            this.database = Objects.requireNonNull(database, "database");
        }

        /**
         * Where reads go that need not go to the primary. Default: {@code secondaryPreferred}.
         *
         * @param preference the preference, with tags where wanted
         * @return this
         */
        public Builder spread(ReadPreference preference) {
            this.spread = Objects.requireNonNull(preference, "preference");
            return this;
        }

        /**
         * How long a secondary may take, waiting for what the read must see included, before the primary is asked.
         * Default: 500 ms. Reports are not limited by it.
         *
         * @param time 1 ms to 1 min
         * @return this
         * @throws InvalidInputException if out of range
         */
        public Builder patience(Duration time) {
            if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new InvalidInputException("patience", "is " + time, "1 ms to 1 min");
            }
            this.patience = time;
            return this;
        }

        /**
         * Measures elapsed time. Default: {@link System#nanoTime()}.
         *
         * @param source monotonic nanoseconds
         * @return this
         */
        public Builder nanoTime(LongSupplier source) {
            this.nanoTime = Objects.requireNonNull(source, "source");
            return this;
        }

        Builder hedging(@Nullable Hedging allowed) {
            this.hedging = allowed;
            return this;
        }

        Builder calls(Calls guarded) {
            this.calls = guarded;
            return this;
        }

        /**
         * The splitter.
         *
         * @return a splitter; opens nothing
         */
        public ReadWriteSplitter build() {
            return new ReadWriteSplitter(this);
        }
    }
}
