package io.nestcms.resilience;

import dev.failsafe.PolicyConfig;

/** The configuration that Failsafe asks every policy for: ours have no listeners of Failsafe's kind. */
final class NoListeners<R> extends PolicyConfig<R> {
    private NoListeners() {}

    static <R> PolicyConfig<R> config() {
        return new NoListeners<>();
    }
}
