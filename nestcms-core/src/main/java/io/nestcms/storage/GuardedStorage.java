package io.nestcms.storage;

import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A storage behind a breaker of its own: while that is open nothing is asked, and callers are told when it makes sense again. What a
 * storage refuses to take says nothing about its health. Reading an opened file is no call of its own.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class GuardedStorage implements FileStorage {
    private final FileStorage storage;
    private final CircuitBreaker breaker;

    /**
     * Puts a storage behind a breaker.
     *
     * @param storage the storage
     * @param breaker its own, shared with nothing else
     */
    public GuardedStorage(FileStorage storage, CircuitBreaker breaker) {
        this.storage = Objects.requireNonNull(storage, "storage");
        this.breaker = Objects.requireNonNull(breaker, "breaker");
    }

    @Override
    public StoredFile put(String name, InputStream content) {
        return guarded(() -> storage.put(name, content));
    }

    @Override
    public Optional<FileContent> open(FileKey key) {
        return guarded(() -> storage.open(key));
    }

    @Override
    public boolean delete(FileKey key) {
        return guarded(() -> storage.delete(key));
    }

    private <T> T guarded(Supplier<T> call) {
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            throw new StorageException(
                    "the storage is left alone: " + breaker.name() + " is open", permit.retryAfter());
        }
        try {
            T result = call.get();
            permit.success();
            return result;
        } catch (StorageException broken) {
            permit.failure(FailureClass.OTHER);
            throw broken;
        } catch (RuntimeException | Error refused) {
            permit.ignore();
            throw refused;
        }
    }
}
