package io.nestcms.webhook;

/** Ends a scan. Never leaves the package; has no stack trace, since a sender decides how often it is made. */
final class JsonRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why the text is refused. */
    private final transient Refusal refusal;

    JsonRefusedException(Refusal.Reason reason, String detail) {
        super(detail, null, false, false);
        this.refusal = Refusal.of(reason, detail);
    }

    Refusal refusal() {
        return refusal;
    }
}
