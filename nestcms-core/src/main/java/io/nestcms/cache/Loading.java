package io.nestcms.cache;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/** A value on its way, which others wait for. */
final class Loading<V> {
    private final Set<String> tags;
    private final CompletableFuture<V> end = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean spoiled;

    Loading(Set<String> tags) {
        this.tags = tags;
    }

    Set<String> tags() {
        return tags;
    }

    void spoil() {
        lock.lock();
        try {
            spoiled = true;
        } finally {
            lock.unlock();
        }
    }

    boolean isSpoiled() {
        lock.lock();
        try {
            return spoiled;
        } finally {
            lock.unlock();
        }
    }

    /** Under one lock with spoiling, so that nothing spoiled is kept, not even for a moment. */
    void unlessSpoiled(Runnable keep) {
        lock.lock();
        try {
            if (!spoiled) {
                keep.run();
            }
        } finally {
            lock.unlock();
        }
    }

    void done(V value) {
        end.complete(value);
    }

    void failed(Throwable cause) {
        end.completeExceptionally(cause);
    }

    V await() {
        try {
            return end.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failed.getCause() instanceof Error cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
