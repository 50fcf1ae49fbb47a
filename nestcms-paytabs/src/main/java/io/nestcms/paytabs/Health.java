package io.nestcms.paytabs;

/** What the end of a call tells of the gateway's health, for the circuit breaker. A gateway that says no is healthy. */
enum Health {
    /** It understood and answered. */
    HEALTHY,
    /** No connection could be made. */
    CONNECT,
    /** The connection stood and no answer came in time. */
    TIMEOUT,
    /** It answered that it is broken. */
    SERVER_ERROR,
    /** It answered that it has too much to do. */
    THROTTLED,
    /** Anything else that a healthy gateway does not do: a cut connection, an answer that nobody can read. */
    OTHER,
    /** Nothing: the call was ended by us. */
    UNTOLD
}
