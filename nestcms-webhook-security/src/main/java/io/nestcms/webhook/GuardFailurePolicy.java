package io.nestcms.webhook;

/**
 * What happens to a genuine delivery while the replay guard cannot be asked.
 *
 * @since 0.1
 */
public enum GuardFailurePolicy {
    /** Refuse with 503, so that the provider delivers again. For an application whose record does not bear repetition. */
    REFUSE,
    /** Handle it: the application's record drops repetitions by itself. */
    PROCEED
}
