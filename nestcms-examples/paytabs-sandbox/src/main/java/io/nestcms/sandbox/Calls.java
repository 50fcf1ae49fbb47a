package io.nestcms.sandbox;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which calls arrived, with or without a fault: how a test sees that none was made. */
final class Calls {
    private static final int KEPT = 2_000;

    private final Clock clock;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Deque<Call> latest = new ArrayDeque<>();

    Calls(Clock clock) {
        this.clock = clock;
    }

    /** One call; the status is 0 until it is answered, and stays so when the connection was cut before. */
    static final class Call {
        final Instant at;
        final String path;
        final @Nullable Fault fault;
        volatile int status;

        Call(Instant at, String path, @Nullable Fault fault) {
            this.at = at;
            this.path = path;
            this.fault = fault;
        }
    }

    synchronized Call arrived(String path, @Nullable Fault fault) {
        counts.merge(path, 1L, Long::sum);
        Call call = new Call(clock.instant(), path, fault);
        latest.addLast(call);
        if (latest.size() > KEPT) {
            latest.removeFirst();
        }
        return call;
    }

    void answered(Call call, int status) {
        call.status = status;
    }

    synchronized long count(String path) {
        return counts.getOrDefault(path, 0L);
    }

    synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    synchronized List<Call> latest() {
        return new ArrayList<>(latest);
    }
}
