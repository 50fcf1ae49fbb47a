package io.nestcms.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which listeners a thread works for just now, and which listeners' workers wait for room at which other listener. */
final class Waits {
    /** The innermost: a thread works for several when an executor runs what it is given at once. */
    @SuppressWarnings("ThreadLocalUsage") // of this bus only; whoever sets it removes it
    private final ThreadLocal<@Nullable Shift> working = new ThreadLocal<>();

    private final ReentrantLock lock = new ReentrantLock();
    /** Has no cycle; guarded by the lock. */
    private final List<Edge> edges = new ArrayList<>();

    /** A worker of one listener that waits for room at another. */
    private record Edge(AsyncListener from, AsyncListener to) {}

    /** What the present thread works on, innermost; {@code null} when it is no worker of this bus. */
    @Nullable Shift present() {
        return working.get();
    }

    /** Sets what the present thread works on. */
    void set(@Nullable Shift shift) {
        if (shift == null) {
            working.remove();
        } else {
            working.set(shift);
        }
    }

    /**
     * Notes that the present thread is going to wait for room; {@code false}, and nothing is noted, when it would wait for
     * itself, over any number of others.
     */
    boolean begin(AsyncListener at) {
        Shift innermost = working.get();
        if (innermost == null) {
            return true;
        }
        lock.lock();
        try {
            for (Shift shift = innermost; shift != null; shift = shift.outer()) {
                if (reaches(at, shift.listener())) {
                    return false;
                }
            }
            for (Shift shift = innermost; shift != null; shift = shift.outer()) {
                edges.add(new Edge(shift.listener(), at));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what {@link #begin} allowed. */
    void end(AsyncListener at) {
        Shift innermost = working.get();
        if (innermost == null) {
            return;
        }
        lock.lock();
        try {
            for (Shift shift = innermost; shift != null; shift = shift.outer()) {
                edges.remove(new Edge(shift.listener(), at));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean reaches(AsyncListener from, AsyncListener to) {
        return from == to || edges.stream().anyMatch(edge -> edge.from() == from && reaches(edge.to(), to));
    }
}
