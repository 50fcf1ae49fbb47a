package io.nestcms.sandbox;

/**
 * Things that PayTabs does not document and that no recording shows. The sandbox does the likelier one; each constant makes it do the other, so that a
 * client can be tried against both. Chosen when the sandbox is built, or by {@link Switches} while it runs.
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
    /** An authorisation or sale that was wholly voided shows status V; else it stays A, and only the void tells. */
    VOIDED_AUTH_SHOWS_V,
    /** Only HTTP 200 ends the tries of a notification; else any 2xx does. */
    ONLY_200_ENDS_TRIES,
    /** Each try of a notification has an {@code ipn_trace}, and so a signature, of its own; else all are equal. */
    NEW_TRACE_ON_EACH_TRY,
    /** Amounts have two decimals in every currency; else as many as ISO 4217 says. */
    TWO_DECIMALS_ALWAYS,
    /** The value "0" takes no part in the signature of a return; else only empty values are left out. */
    ZERO_IS_NOT_SIGNED,
    /** A return with status E has no signature; else it has one. */
    ERRORS_ARE_NOT_SIGNED,
    /** Every error envelope but that of a wrong key comes with HTTP 200; else with 400, duplicates with 409, rate limiting with 429. */
    ENVELOPES_ARE_HTTP_200,
    /** Notifications to a plain-http address have an empty body, as PayTabs does; else they are sent in full, for local use. */
    PLAIN_HTTP_HAS_NO_BODY,
    /** A capture is told under the generic type Sale, with {@code previous_tran_ref}; else as Capture. */
    CAPTURES_ARE_CALLED_SALE,
    /** The gateway ignores the cart id that a follow-up's request carries, and tells the original's; else it tells the follow-up's own. */
    FOLLOW_UPS_SHOW_THE_ORIGINALS_CART,
    /** The API voids a sale or a capture that is not settled yet; else only the dashboard does. */
    SALES_CAN_BE_VOIDED,
    /** The payment's own {@code callback} is told of what is done in the dashboard; else only the profile's address is. */
    CALLBACKS_TELL_OF_THE_DASHBOARD,
    /** The array of a cart query has {@code original_tran_type} too; else, as recorded, only the query of one reference has it. */
    LISTS_TELL_THE_ORIGINAL_TYPE,
    /** Replies and queries have what the acquirer said, such as {@code acquirer_ref}; else, as recorded, only notifications have it. */
    REPLIES_TELL_THE_ACQUIRER
}
