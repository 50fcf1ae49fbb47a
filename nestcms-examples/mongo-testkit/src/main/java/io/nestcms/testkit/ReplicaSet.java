package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MongoDB replica set inside this JVM, for tests of what happens when members lag, die, change roles or lie. The
 * unmodified driver talks to it. Each member has its own data and its own log; members copy the primary's log, elections
 * need the votes of a majority, and what a new primary does not have is rolled back on the others.
 *
 * <p>Everything is in memory: a killed member keeps its data, as one with a journal does. Transactions
 * work on a snapshot each and fail at the latest when they commit, if another write came first. What the members cannot do as a MongoDB server would, they refuse; see {@link #refusals()}.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ReplicaSet implements AutoCloseable {
    static final String NAME = "rs0";
    private static final Logger log = LoggerFactory.getLogger(ReplicaSet.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CommandGuard guard = new CommandGuard(true);
    private final List<ReplicaMember> members = new ArrayList<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(new DefaultThreadFactory("replica-set", true));
    private final Clock clock;
    private final @Nullable Duration electAfter;
    private final Duration stepDownAfter;
    private long term;
    private long lastTime;
    private volatile boolean closed;

    private ReplicaSet(Builder builder) throws IOException {
        clock = builder.clock;
        electAfter = builder.electAfter;
        stepDownAfter = builder.stepDownAfter;
        try {
            for (int i = 0; i <= builder.secondaries; i++) {
                members.add(new ReplicaMember(this, i));
            }
            elect(members.get(0));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        members.forEach(member -> threads.execute(() -> replicate(member)));
        if (electAfter != null) {
            threads.execute(() -> electWhenNeeded(electAfter));
        }
    }

    /** Starts to describe a set of one primary and two secondaries. */
    public static Builder builder() {
        return new Builder();
    }

    /** The connection string for the driver, without a database and options. */
    public String uri() {
        return "mongodb://" + members.stream().map(ReplicaMember::address).collect(Collectors.joining(","))
                + "/?replicaSet=" + NAME;
    }

    /** The same with options, such as {@code w=majority&readPreference=nearest}. */
    public String uri(String options) {
        return uri() + "&" + Objects.requireNonNull(options, "options");
    }

    /** All members; the first one is the first primary. */
    public List<ReplicaMember> members() {
        return List.copyOf(members);
    }

    /**
     * The member that the others take for the primary.
     *
     * @throws IllegalStateException if there is none now
     */
    public ReplicaMember primary() {
        return locked(() -> newestPrimary()
                .orElseThrow(() -> new IllegalStateException("the set has no primary: elect one, or wait for it")));
    }

    /** The living members that are not the primary, in order. */
    public List<ReplicaMember> secondaries() {
        return locked(() -> members.stream()
                .filter(member -> member.alive && !member.primary)
                .toList());
    }

    /** What clients asked for and members refused because they cannot do it as a MongoDB server would. */
    public List<String> refusals() {
        return guard.refusals();
    }

    // ---- elections -----------------------------------------------------------------------------------------------

    /**
     * Makes a member the primary of a new term. It gets the votes of the members it can reach that know nothing it does not
     * know, its own included, and needs those of a majority of all members. What it lacks is rolled back elsewhere.
     *
     * @throws IllegalStateException if it is dead or isolated, or gets too few votes
     */
    public void elect(ReplicaMember candidate) {
        locked(() -> {
            long votes = members.stream()
                    .filter(voter -> reachable(voter) && !voter.isAheadOf(candidate))
                    .count();
            if (!reachable(candidate) || votes <= members.size() / 2) {
                throw new IllegalStateException("member " + candidate.index() + " cannot become primary: "
                        + (reachable(candidate) ? votes + " votes of " + members.size() : "it is dead or isolated"));
            }
            term++;
            members.stream().filter(this::reachable).forEach(member -> member.follow(term));
            candidate.lead(term);
            topologyChanged();
            log.debug("member {} is primary of term {}", candidate.index(), term);
            return candidate;
        });
    }

    /**
     * Lets the member catch up and makes it the primary: a planned change, which loses nothing.
     *
     * @throws IllegalStateException as {@link #elect}
     */
    public void handOver(ReplicaMember successor) {
        locked(() -> {
            newestPrimary().filter(primary -> primary != successor).ifPresent(successor::catchUp);
            elect(successor);
            return successor;
        });
    }

    /** The primary gives up its role; there is none until an election. */
    public void stepDown() {
        locked(() -> {
            newestPrimary().ifPresent(primary -> primary.follow(term));
            topologyChanged();
            return true;
        });
    }

    /**
     * Elects the member that knows most among those that can be elected.
     *
     * @throws IllegalStateException if no majority is alive and reachable
     */
    public ReplicaMember electAny() {
        return locked(() -> {
            ReplicaMember best = members.stream()
                    .filter(this::reachable)
                    .max(Comparator.comparing(ReplicaMember::lastEntryTerm).thenComparing(ReplicaMember::lastEntryAt))
                    .orElseThrow(() -> new IllegalStateException("no member is alive and reachable"));
            elect(best);
            return best;
        });
    }

    private void electWhenNeeded(Duration after) {
        locked(() -> {
            long missingSince = System.nanoTime();
            while (!closed) {
                if (newestPrimary().isPresent()) {
                    missingSince = System.nanoTime();
                    awaitChange(after.toNanos());
                } else if (System.nanoTime() - missingSince < after.toNanos() || !canElect()) {
                    awaitChange(after.toNanos() / 4 + 1);
                } else {
                    electAny();
                }
            }
            return true;
        });
    }

    private boolean canElect() {
        return members.stream().filter(this::reachable).count() > members.size() / 2;
    }

    // ---- replication ---------------------------------------------------------------------------------------------

    /**
     * Waits until every living, reachable and not paused member has all that the primary has.
     *
     * @throws IllegalStateException if it takes longer
     */
    public void awaitReplicated(Duration atMost) {
        locked(() -> {
            boolean done = await(
                    atMost.toNanos(),
                    () -> newestPrimary().isPresent()
                            && members.stream()
                                    .filter(member -> reachable(member) && !member.paused)
                                    .allMatch(member -> member.hasAllOf(primary())));
            if (!done) {
                throw new IllegalStateException("not replicated within " + atMost);
            }
            return true;
        });
    }

    private void replicate(ReplicaMember member) {
        locked(() -> {
            while (!closed) {
                Optional<ReplicaMember> source = newestPrimary();
                long lonely = member.nanosUntilLonely(stepDownAfter);
                if (lonely <= 0) {
                    member.follow(member.term);
                    topologyChanged();
                } else if (source.isEmpty() || source.get() == member || !reachable(member) || member.paused) {
                    awaitChange(lonely);
                } else {
                    long wait = member.copyNext(source.get());
                    if (wait > 0) {
                        awaitChange(wait);
                    }
                }
            }
            return true;
        });
    }

    /** The commit point moves when a majority has an entry of the present term. */
    void advanceCommit() {
        newestPrimary().ifPresent(primary -> {
            for (int i = primary.log.size() - 1; i >= 0 && primary.log.get(i).term() == primary.term; i--) {
                OplogEntry entry = primary.log.get(i);
                if (holders(entry, i) > members.size() / 2) {
                    members.stream().filter(this::reachable).forEach(member -> member.committed = entry.at());
                    break;
                }
            }
        });
        signal();
    }

    /** How many members have the entry at this place of their log. */
    long holders(OplogEntry entry, int place) {
        return members.stream()
                .filter(member ->
                        member.log.size() > place && member.log.get(place).isSame(entry))
                .count();
    }

    int majority() {
        return members.size() / 2 + 1;
    }

    int size() {
        return members.size();
    }

    private boolean reachable(ReplicaMember member) {
        return member.alive && !member.isolated;
    }

    /** The primary of the highest term among the members that can hear each other. */
    Optional<ReplicaMember> newestPrimary() {
        return members.stream()
                .filter(member -> reachable(member) && member.primary)
                .max(Comparator.comparingLong(member -> member.term));
    }

    void topologyChanged() {
        members.forEach(member -> member.topologyCounter++);
        signal();
    }

    // ---- shared by the members -----------------------------------------------------------------------------------

    /** Something done under the lock of the set. */
    interface Locked<T> {
        T run();
    }

    <T> T locked(Locked<T> action) {
        lock.lock();
        try {
            return action.run();
        } finally {
            lock.unlock();
        }
    }

    void signal() {
        changed.signalAll();
    }

    /** Waits for a change of anything. Under the lock. */
    @SuppressWarnings("WaitNotInLoop") // all that call it loop
    private void awaitChange(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** Waits until something holds, at most so long; false if it does not. Under the lock. */
    boolean await(long nanos, BooleanSupplier condition) {
        long end = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0 || closed) {
                return false;
            }
            try {
                changed.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** A time that no entry has yet. Under the lock. */
    BsonTimestamp nextTime() {
        lastTime = Math.max(lastTime + 1, clock.instant().getEpochSecond() << 32);
        return new BsonTimestamp(lastTime);
    }

    /** The time of the latest entry anywhere. Under the lock. */
    BsonTimestamp clusterTime() {
        return new BsonTimestamp(Math.max(lastTime, 1));
    }

    Instant now() {
        return clock.instant();
    }

    Clock clock() {
        return clock;
    }

    CommandGuard guard() {
        return guard;
    }

    boolean isClosed() {
        return closed;
    }

    List<String> addresses() {
        return members.stream().map(ReplicaMember::address).toList();
    }

    /** Drops all connections and releases the ports. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        locked(() -> {
            signal();
            return true;
        });
        members.forEach(ReplicaMember::close);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("some threads of the replica set did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Describes a set. Not thread-safe. */
    public static final class Builder {
        private int secondaries = 2;
        private Clock clock = Clock.systemUTC();
        private @Nullable Duration electAfter;
        private Duration stepDownAfter = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * How many secondaries there are besides the primary. Default 2.
         *
         * @throws IllegalArgumentException if it is not within 0 and 6: a set has at most seven voting members
         */
        public Builder secondaries(int count) {
            if (count < 0 || count > 6) {
                throw new IllegalArgumentException("secondaries " + count + " is not within 0 and 6");
            }
            secondaries = count;
            return this;
        }

        /** The time for cluster times and dates of writes. Default: the system's. */
        public Builder clock(Clock source) {
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Elects a primary by itself when there has been none for so long. Default: only the test elects.
         *
         * @throws IllegalArgumentException if it is shorter than a millisecond
         */
        public Builder electAfter(Duration missing) {
            if (missing.toMillis() < 1) {
                throw new IllegalArgumentException("electAfter " + missing + " is shorter than a millisecond");
            }
            electAfter = missing;
            return this;
        }

        /**
         * How long a primary that hears no other member goes on before it steps down. Default 10 seconds, as a server.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder stepDownAfter(Duration unheard) {
            if (unheard.isNegative()) {
                throw new IllegalArgumentException("stepDownAfter " + unheard + " is negative");
            }
            stepDownAfter = unheard;
            return this;
        }

        /**
         * Starts all members and elects the first one.
         *
         * @throws EmbeddedMongoException if no port can be opened
         */
        public ReplicaSet start() {
            try {
                return new ReplicaSet(this);
            } catch (IOException e) {
                throw new EmbeddedMongoException("the replica set cannot start: " + e.getMessage(), e);
            }
        }
    }
}
