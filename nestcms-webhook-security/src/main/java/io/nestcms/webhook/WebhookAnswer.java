package io.nestcms.webhook;

/**
 * All that a sender ever gets to see: a status and no body. Every forgery gets the same answer, whichever check it failed.
 *
 * @since 0.1
 */
public enum WebhookAnswer {
    /** Taken, or taken before: status 200. */
    ACCEPTED(200),
    /** Refused: status 401 for every reason. */
    REFUSED(401),
    /** A passing fault of our own, or an equal delivery is being handled now: status 503, the provider delivers again. */
    RETRY_LATER(503);

    private final int status;

    WebhookAnswer(int status) {
        this.status = status;
    }

    /**
     * The HTTP status to answer with. The body stays empty.
     *
     * @return 200, 401 or 503
     */
    public int status() {
        return status;
    }
}
