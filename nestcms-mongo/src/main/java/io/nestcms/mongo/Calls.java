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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every call to the database: behind the breaker of its kind, and where the driver's exceptions become ours. A driver
 * message may show data, so it stays in the cause.
 */
final class Calls {
    private static final Calls UNGUARDED = new Calls(null, null, null);

    private final @Nullable CircuitBreaker reads;
    private final @Nullable CircuitBreaker writes;
    private final @Nullable CircuitBreaker staleReads;

    private Calls(
            @Nullable CircuitBreaker reads, @Nullable CircuitBreaker writes, @Nullable CircuitBreaker staleReads) {
        this.reads = reads;
        this.writes = writes;
        this.staleReads = staleReads;
    }

    static Calls unguarded() {
        return UNGUARDED;
    }

    /**
     * Reads and writes apart: with the primary gone, secondaries still answer. Reads of anything that is left have a breaker of
     * their own, since they are made just when that of the others is open.
     */
    static Calls guarded(CircuitBreakers breakers) {
        BreakerSettings settings =
                BreakerSettings.database().dependency("database").build();
        // the driver holds writes through an election, and lets all of them succeed, slowly, when it is over
        BreakerSettings patient = settings.toBuilder().ignoreSlowCalls().build();
        return new Calls(
                breakers.create("database-read", settings),
                breakers.create("database-write", patient),
                breakers.create("database-stale-read", settings));
    }

    /** A call that writes: unless the server refused it, nobody knows whether it was applied. */
    <T> T write(String what, Supplier<T> call) {
        try {
            return guard(writes, what + " was not written", call);
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
            return guard(reads, what + " was not read", call);
        } catch (MongoException broken) {
            String message = what + " could not be read: the database did not answer";
            throw isUnavailable(broken)
                    ? new DatabaseUnavailableException(message, broken)
                    : new NestMongoException(message, broken);
        }
    }

    /** The driver's exceptions, counted and passed on. */
    <T> T readGuarded(Supplier<T> call) {
        return guard(reads, "nothing was read", call);
    }

    /** The driver's exceptions, counted and passed on. */
    <T> T staleReadGuarded(Supplier<T> call) {
        return guard(staleReads, "nothing was read", call);
    }

    /** The driver's exceptions, counted and passed on. */
    <T> T writeGuarded(Supplier<T> call) {
        return guard(writes, "nothing was written", call);
    }

    private static <T> T guard(@Nullable CircuitBreaker breaker, String without, Supplier<T> call) {
        if (breaker == null) {
            return call.get();
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
            throw failed;
        } catch (DatabaseUnavailableException unavailable) {
            permit.failure(FailureClass.TIMEOUT);
            throw unavailable;
        } catch (Throwable ours) {
            permit.ignore();
            throw ours;
        }
    }

    private static Verdict verdict(MongoException failed) {
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
