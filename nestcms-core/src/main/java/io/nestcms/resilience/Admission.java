package io.nestcms.resilience;

/** What lets a call through: the phase itself for ordinary calls, a place of its own for a trial call. */
abstract sealed class Admission permits Phase, Trial {
    /** The phase that let the call through. */
    abstract Phase phase();
}
