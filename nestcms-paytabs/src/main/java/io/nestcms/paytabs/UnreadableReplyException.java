package io.nestcms.paytabs;

/** An answer or a notification that is not what it should be. Names the place, never the content. Does not leave this package. */
final class UnreadableReplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableReplyException(String where) {
        super(where, null, false, false);
    }
}
