package io.nestcms.sandbox;

import java.time.Duration;

/**
 * Something that goes wrong with one call. What matters to money is whether the gateway did the work: {@link Delay},
 * {@link DelayedReply} and {@link CutReply} do it, the others do not.
 *
 * @since 0.1
 */
public sealed interface Fault {

    /**
     * What the control port calls it.
     *
     * @return for example {@code drop-reply}
     */
    default String kind() {
        if (this instanceof Answer answer) {
            return answer.html() ? "html" : "status";
        }
        if (this instanceof CutReply cut) {
            return cut.bytes() == 0 ? "drop-reply" : "cut-reply";
        }
        if (this instanceof DelayedReply) {
            return "delay-reply";
        }
        if (this instanceof CutRequest) {
            return "cut-request";
        }
        return this instanceof Envelope ? "envelope" : "delay";
    }

    /**
     * Waits, then works and answers.
     *
     * @param time how long; not negative
     */
    record Delay(Duration time) implements Fault {}

    /**
     * Works, waits, then answers.
     *
     * @param time how long; not negative
     */
    record DelayedReply(Duration time) implements Fault {}

    /**
     * Answers with a status and does nothing.
     *
     * @param status 400 to 599, or 200 for an HTML page where JSON was due
     * @param html whether the body is the HTML page of a proxy; else it is the JSON envelope with code 400 (429: code 5)
     * @param retryAfter seconds for the {@code Retry-After} header; 0 for no header
     */
    record Answer(int status, boolean html, int retryAfter) implements Fault {}

    /**
     * Answers with an error envelope and does nothing.
     *
     * @param status HTTP status, 200 to 599
     * @param code PayTabs' code
     */
    record Envelope(int status, int code) implements Fault {}

    /**
     * Works, then closes the connection in the middle of the reply.
     *
     * @param bytes how many bytes of the reply go out, counted from its status line; 0 drops the reply
     */
    record CutReply(int bytes) implements Fault {}

    /**
     * Closes the connection in the middle of the request, and does nothing.
     *
     * @param bytes how many bytes of the request's body are read before
     */
    record CutRequest(int bytes) implements Fault {}

    /**
     * The work and the answer are late.
     *
     * @param time how long
     * @return the fault
     * @throws IllegalArgumentException if the time is negative
     */
    static Fault delay(Duration time) {
        return new Delay(notNegative(time));
    }

    /**
     * The work is done at once, the answer is late: a client that gives up was charged.
     *
     * @param time how long
     * @return the fault
     * @throws IllegalArgumentException if the time is negative
     */
    static Fault delayReply(Duration time) {
        return new DelayedReply(notNegative(time));
    }

    /**
     * A status with the JSON envelope, and no work.
     *
     * @param status 400 to 599; 429 carries {@code Retry-After: 1}
     * @return the fault
     * @throws IllegalArgumentException if the status is outside 400 to 599
     */
    static Fault status(int status) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is outside 400 to 599");
        }
        return new Answer(status, false, status == 429 ? 1 : 0);
    }

    /**
     * The HTML page of a proxy where JSON was due, and no work.
     *
     * @param status 200 to 599
     * @return the fault
     * @throws IllegalArgumentException if the status is outside 200 to 599
     */
    static Fault html(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is outside 200 to 599");
        }
        return new Answer(status, true, 0);
    }

    /**
     * An error envelope of a code that the sandbox does not come to by itself, for example 109 or 400, and no work.
     *
     * @param status HTTP status, 200 to 599
     * @param code PayTabs' code, positive
     * @return the fault
     * @throws IllegalArgumentException if a number is outside its range
     */
    static Fault envelope(int status, int code) {
        if (status < 200 || status > 599 || code < 1) {
            throw new IllegalArgumentException(
                    "status " + status + " is outside 200 to 599, or code " + code + " below 1");
        }
        return new Envelope(status, code);
    }

    /**
     * The work is done, and the connection breaks after some bytes of the reply.
     *
     * @param bytes bytes that still arrive, counted from the status line; not negative
     * @return the fault
     * @throws IllegalArgumentException if the number is negative
     */
    static Fault cutReply(int bytes) {
        return new CutReply(notNegative(bytes));
    }

    /**
     * Charge and drop: the work is done, no byte of the reply arrives.
     *
     * @return the fault
     */
    static Fault dropReply() {
        return new CutReply(0);
    }

    /**
     * The connection breaks while the body is read: no work.
     *
     * @param bytes bytes of the body that are read before; not negative
     * @return the fault
     * @throws IllegalArgumentException if the number is negative
     */
    static Fault cutRequest(int bytes) {
        return new CutRequest(notNegative(bytes));
    }

    private static Duration notNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time " + time + " is negative");
        }
        return time;
    }

    private static int notNegative(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes " + bytes + " is negative");
        }
        return bytes;
    }
}
