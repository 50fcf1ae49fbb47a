package io.nestcms.resilience;

/** A trial call's place, held until its result comes or its time is over. Guarded by the breaker's lock. */
final class Trial extends Admission {
    private final Phase phase;
    final long begun;

    Trial(Phase phase, long begun) {
        this.phase = phase;
        this.begun = begun;
    }

    @Override
    Phase phase() {
        return phase;
    }
}
