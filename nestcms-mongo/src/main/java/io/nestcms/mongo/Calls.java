package io.nestcms.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import io.nestcms.resilience.Verdict;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Every call to the database: behind the breaker of its kind, and where the driver's exceptions become ours. A driver
 * message may show data, so it stays in the cause.
 */
final class Calls {
    /** How every message of the driver begins that tells of a pool without a free connection. */
    private static final Pattern NO_CONNECTION =
            Pattern.compile("Timed out after \\d+ ms while waiting for a connection to server.*", Pattern.DOTALL);

    private static final Calls UNGUARDED = new Calls(Map.of(), () -> {});

    private final Map<Kind, CircuitBreaker> breakers;
    /** Returns when the stores may write. */
    private final Runnable writable;

    /**
     * What fails together and is replaced together: servers in the same role, asked for answers of the same kind. Slow secondaries
     * open nothing that the primary's reads go through.
     */
    enum Kind {
        /** From the primary. */
        READ("database-read"),
        WRITE("database-write"),
        /** From any server that the preference allows; the primary takes its place. */
        SPREAD_READ("database-spread-read"),
        /** The same, and may be slow by its nature. */
        REPORT("database-report"),
        /** Of anything that is left, just when that of the others is open. */
        STALE_READ("database-stale-read");

        private final String breaker;

        Kind(String breaker) {
            this.breaker = breaker;
        }
    }

    private Calls(Map<Kind, CircuitBreaker> breakers, Runnable writable) {
        this.breakers = breakers;
        this.writable = writable;
    }

    /** The same, and before a store writes this has returned. */
    Calls writingAfter(Runnable condition) {
        return new Calls(breakers, condition);
    }

    static Calls unguarded() {
        return UNGUARDED;
    }

    /** Reads and writes apart: with the primary gone, secondaries still answer. */
    static Calls guarded(CircuitBreakers registry) {
        BreakerSettings settings =
                BreakerSettings.database().dependency("database").build();
        // the driver holds writes through an election, and lets all of them succeed, slowly, when it is over
        BreakerSettings patient = settings.toBuilder().ignoreSlowCalls().build();
        Map<Kind, CircuitBreaker> breakers = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            boolean mayBeSlow = kind == Kind.WRITE || kind == Kind.REPORT;
            breakers.put(kind, registry.create(kind.breaker, mayBeSlow ? patient : settings));
        }
        return new Calls(breakers, () -> {});
    }

    /** A call that writes: unless the server refused it, nobody knows whether it was applied. */
    <T> T write(String what, Supplier<T> call) {
        writable.run();
        try {
            return guard(Kind.WRITE, what + " was not written", call);
        } catch (MongoWriteException refused) {
            throw new NestMongoException(what + " was refused by the database; nothing was written", refused);
        } catch (MongoException broken) {
            String message = what + " may or may not have been written: the database did not confirm it. Read again"
                    + " before deciding";
            throw isUnavailable(broken)
                    ? new DatabaseUnavailableException(message, broken)
                    : new NestMongoException(message, broken);
        }
    }

    <T> T read(String what, Supplier<T> call) {
        try {
            return guard(Kind.READ, what + " was not read", call);
        } catch (MongoException broken) {
            String message = what + " could not be read: the database did not answer";
            throw isUnavailable(broken)
                    ? new DatabaseUnavailableException(message, broken)
                    : new NestMongoException(message, broken);
        }
    }

    /** The driver's exceptions, counted and passed on. */
    <T> T guarded(Kind kind, Supplier<T> call) {
        return guard(kind, "a call was not made", call);
    }

    private <T> T guard(Kind kind, String without, Supplier<T> call) {
        CircuitBreaker breaker = breakers.get(kind);
        if (breaker == null) {
            return named(without, call);
        }
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            throw new DatabaseUnavailableException(
                    without + ": " + breaker.name() + " is open, call again in " + permit.retryAfter(), null);
        }
        try {
            T result = call.get();
            permit.success();
            return result;
        } catch (MongoException failed) {
            permit.settle(verdict(failed));
            if (isPoolFull(failed)) {
                throw new ConnectionPoolFullException(without, failed);
            }
            throw failed;
        } catch (ConnectionPoolFullException ours) {
            permit.ignore();
            throw ours;
        } catch (DatabaseUnavailableException unavailable) {
            permit.failure(FailureClass.TIMEOUT);
            throw unavailable;
        } catch (Throwable ours) {
            permit.ignore();
            throw ours;
        }
    }

    private static <T> T named(String without, Supplier<T> call) {
        try {
            return call.get();
        } catch (MongoTimeoutException failed) {
            if (isPoolFull(failed)) {
                throw new ConnectionPoolFullException(without, failed);
            }
            throw failed;
        }
    }

    /**
     * All connections to one server were taken until the time to wait was over. This says nothing about the server: where it is
     * the server that holds them, the calls that have them tell so. Nothing was sent: when a retry finds no connection, the driver
     * tells of the first failure.
     */
    static boolean isPoolFull(MongoException failed) {
        String message = failed.getMessage();
        return failed instanceof MongoTimeoutException
                && message != null
                && NO_CONNECTION.matcher(message).matches();
    }

    private static Verdict verdict(MongoException failed) {
        if (isPoolFull(failed)) {
            return Verdict.ignored();
        }
        if (failed instanceof MongoSocketOpenException || failed instanceof MongoSecurityException) {
            return Verdict.failure(FailureClass.CONNECT);
        }
        if (isUnavailable(failed)) {
            return Verdict.failure(
                    failed instanceof MongoTimeoutException ? FailureClass.TIMEOUT : FailureClass.SERVER_ERROR);
        }
        // it answered, if only to refuse
        return Verdict.success();
    }

    static boolean isUnavailable(MongoException failed) {
        return failed instanceof MongoTimeoutException
                || failed instanceof MongoSocketException
                || failed instanceof MongoSecurityException
                || failed instanceof MongoConnectionPoolClearedException // another call has found the server gone
                || failed instanceof MongoServerUnavailableException
                || failed instanceof MongoNotPrimaryException
                || failed instanceof MongoNodeIsRecoveringException
                || failed instanceof MongoExecutionTimeoutException
                || failed instanceof MongoWriteConcernException;
    }

    static boolean isDuplicate(MongoWriteException refused) {
        return refused.getError().getCategory() == ErrorCategory.DUPLICATE_KEY;
    }
}
