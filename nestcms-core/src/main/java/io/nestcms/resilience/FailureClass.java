package io.nestcms.resilience;

/**
 * The kinds of failure that a circuit breaker tells apart. Each can have a weight and an open time of its own. A refusal
 * by a working dependency, such as a declined payment, is none of them: it is a success.
 *
 * @since 0.1
 */
public enum FailureClass {
    /** No connection could be made. */
    CONNECT,
    /** No answer came in time. */
    TIMEOUT,
    /** The dependency answered that it failed, for example with HTTP 5xx. */
    SERVER_ERROR,
    /** The dependency turned the call away because there are too many, for example with HTTP 429. */
    THROTTLED,
    /** Any other failure. */
    OTHER
}
