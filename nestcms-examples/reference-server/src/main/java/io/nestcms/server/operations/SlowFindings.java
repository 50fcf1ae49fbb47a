package io.nestcms.server.operations;

import io.nestcms.mongo.SlowOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations of the database that took too long: each one in the log, and summed up for who asks. */
public final class SlowFindings implements Consumer<SlowOperation> {
    /** From when on an operation is slow. */
    public static final Duration THRESHOLD = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(SlowFindings.class);
    private static final int MOST = 50;

    /** Guarded by this. */
    private final Map<Kind, Finding> findings = new LinkedHashMap<>();

    private record Kind(String operation, SlowOperation.Cause cause, String advice) {}

    /**
     * What was found about one kind of operation.
     *
     * @param longest the slowest of them
     * @param times how often
     */
    record Finding(SlowOperation longest, long times) {
        Finding and(Finding other) {
            boolean mine = longest.took().compareTo(other.longest.took()) >= 0;
            return new Finding(mine ? longest : other.longest, times + other.times);
        }
    }

    @Override
    public void accept(SlowOperation slow) {
        LOG.warn(
                "{} took {} ms at {}: {}, {}",
                slow.operation(),
                slow.took().toMillis(),
                slow.server(),
                slow.cause(),
                slow.advice());
        synchronized (this) {
            Kind kind = new Kind(slow.operation(), slow.cause(), slow.advice());
            if (findings.size() < MOST || findings.containsKey(kind)) {
                findings.merge(kind, new Finding(slow, 1), Finding::and);
            }
        }
    }

    /** Since the start, in the order in which each kind was found first. */
    synchronized List<Finding> list() {
        return new ArrayList<>(findings.values());
    }
}
