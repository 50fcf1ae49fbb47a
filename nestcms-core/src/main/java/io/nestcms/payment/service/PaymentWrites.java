package io.nestcms.payment.service;

import io.nestcms.cache.Cache;
import io.nestcms.failure.NestCmsException;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads, changes and writes payments: every change is a compare-and-set, made again on the latest record when lost. */
final class PaymentWrites {
    /** Enough for any real contention: each lost round means that another writer got on. */
    private static final int ROUNDS = 64;

    private final PaymentStore store;
    private final Clock clock;
    private static final Logger LOG = LoggerFactory.getLogger(PaymentWrites.class);

    private final Cache<String, Payment> cache;
    private final Runnable recorded;

    PaymentWrites(PaymentStore store, Clock clock, Cache<String, Payment> cache, Runnable recorded) {
        this.store = store;
        this.clock = clock;
        this.cache = cache;
        this.recorded = recorded;
    }

    /** What a change made of a payment. */
    record Written<R>(Payment payment, boolean isChanged, R value) {}

    /**
     * Applies the change to the record, again on a later version when somebody else was faster. The change may run
     * several times and must have no effect but on its draft.
     */
    <R> Written<R> update(Payment latest, Function<Draft, R> change) {
        Payment base = latest;
        for (int round = 0; round < ROUNDS; round++) {
            Draft draft = new Draft(base, now());
            R value = change.apply(draft);
            draft.finish();
            if (!draft.isChanged()) {
                return new Written<>(base, false, value);
            }
            Payment next = draft.payment();
            if (store.replace(next, draft.outbox())) {
                remember(next);
                announce();
                return new Written<>(next, true, value);
            }
            PaymentId id = base.id();
            base = store.find(id).orElseThrow(() -> new NestCmsException("payment " + id + " vanished from the store"));
        }
        throw new NestCmsException("payment " + latest.id() + " was changed " + ROUNDS
                + " times by others while one change was tried; nothing was written");
    }

    /** Keeps the newer record: two writers may pass here in the wrong order. */
    void remember(Payment payment) {
        remember(
                "payment/" + payment.id(),
                payment,
                (kept, given) -> given.revision().version() >= kept.revision().version() ? given : kept);
    }

    /** A cache that is broken is as none: what was written stays written, and the caller gets the answer. */
    void remember(String key, Payment payment, BinaryOperator<Payment> merge) {
        try {
            cache.merge(key, payment, merge);
        } catch (Throwable broken) {
            LOG.warn("The cache took no payment; it is read from the store", broken);
        }
    }

    Optional<Payment> remembered(String key) {
        try {
            return cache.find(key);
        } catch (Throwable broken) {
            LOG.warn("The cache gave no payment; it is read from the store", broken);
            return Optional.empty();
        }
    }

    Instant now() {
        return clock.instant();
    }

    PaymentStore store() {
        return store;
    }

    /** Tells that events wait; they are found without it, a little later. */
    void announce() {
        try {
            recorded.run();
        } catch (Throwable broken) {
            Reports.failed(LOG, "The hook onRecorded failed; the events are on record", null, broken);
        }
    }
}
