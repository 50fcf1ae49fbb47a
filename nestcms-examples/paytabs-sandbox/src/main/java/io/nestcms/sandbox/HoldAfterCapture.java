package io.nestcms.sandbox;

/**
 * What a query says of a held payment (status H) after a person captured it in the dashboard. Not recorded; a client must stand all
 * three.
 *
 * @since 0.1
 */
public enum HoldAfterCapture {
    /** It is still on hold, for ever: only the capture tells. The default. */
    HELD,
    /** It is an authorisation with status A. */
    AUTHORISED,
    /** It is no longer there: not under its reference, not in its cart. */
    GONE
}
