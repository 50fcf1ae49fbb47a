package io.nestcms.sandbox;

/**
 * Things that PayTabs does not document. The sandbox does the likelier one; each constant makes it do the other, so that a
 * client can be tried against both.
 *
 * @since 0.1
 */
public enum Assumption {
    /** A query for a cart that nobody paid for is an error envelope; else it is an empty array. */
    UNKNOWN_CART_IS_AN_ERROR,
    /** A query for an unpaid page is an error envelope; else it is an object without {@code payment_result}. */
    UNPAID_PAGE_IS_AN_ERROR,
    /** A page whose time is over never shows status X and nobody is told; else both happen. */
    EXPIRED_PAGES_STAY_SILENT,
    /** An authorisation that was voided shows status V; else it stays A, and only the void tells. */
    VOIDED_AUTH_SHOWS_V,
    /** Only HTTP 200 ends the tries of a notification; else any 2xx does. */
    ONLY_200_ENDS_TRIES,
    /** Each try of a notification has an {@code ipn_trace}, and so a signature, of its own; else all are equal. */
    NEW_TRACE_ON_EACH_TRY,
    /** The array of a cart query begins with the newest transaction; else with the oldest. */
    NEWEST_FIRST,
    /** Amounts have two decimals in every currency; else as many as ISO 4217 says. */
    TWO_DECIMALS_ALWAYS,
    /** The value "0" takes no part in the signature of a return; else only empty values are left out. */
    ZERO_IS_NOT_SIGNED,
    /** A return with status E has no signature; else it has one. */
    ERRORS_ARE_NOT_SIGNED,
    /** Error envelopes other than 401, 206 and 409 come with HTTP 200; else with HTTP 400, rate limiting with 429. */
    ENVELOPES_ARE_HTTP_200,
    /** Notifications to a plain-http address have an empty body, as PayTabs does; else they are sent in full, for local use. */
    PLAIN_HTTP_HAS_NO_BODY
}
