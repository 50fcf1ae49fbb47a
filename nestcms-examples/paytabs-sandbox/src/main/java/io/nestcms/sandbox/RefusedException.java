package io.nestcms.sandbox;

/** The gateway's error envelope {@code {code, message, trace}} on its way out. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int httpStatus;
    private final int code;

    RefusedException(int httpStatus, int code, String message) {
        super(message, null, false, false);
        this.httpStatus = httpStatus;
        this.code = code;
    }

    static RefusedException invalid(String message) {
        return new RefusedException(400, 2, message);
    }

    static RefusedException currency(String message) {
        return new RefusedException(400, 206, message);
    }

    String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    int httpStatus() {
        return httpStatus;
    }

    int code() {
        return code;
    }
}
