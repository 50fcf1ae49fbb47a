package io.nestcms.e2e;

import io.nestcms.cache.Cache;
import io.nestcms.payment.Payment;
import java.util.Optional;
import java.util.function.BinaryOperator;

/** A cache that notes whether a key was known and which state it keeps. */
final class RecordingCache implements Cache<String, Payment> {
    private final Cache<String, Payment> cache;
    private final Hops hops;

    RecordingCache(Cache<String, Payment> cache, Hops hops) {
        this.cache = cache;
        this.hops = hops;
    }

    @Override
    public Optional<Payment> find(String key) {
        Optional<Payment> found = cache.find(key);
        if (key.startsWith("key/")) {
            hops.add("payments -> cache: is the key known? " + (found.isPresent() ? "hit" : "miss"));
        }
        return found;
    }

    @Override
    public void merge(String key, Payment value, BinaryOperator<Payment> merge) {
        if (key.startsWith("payment/")) {
            hops.add("payments -> cache: " + value.status());
        }
        cache.merge(key, value, merge);
    }

    @Override
    public void invalidate(String key) {
        cache.invalidate(key);
    }
}
