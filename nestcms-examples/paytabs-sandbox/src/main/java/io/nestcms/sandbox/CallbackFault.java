package io.nestcms.sandbox;

import java.time.Duration;

/**
 * Something that goes wrong with one notification.
 *
 * @since 0.1
 */
public sealed interface CallbackFault {

    /**
     * What the control port calls it.
     *
     * @return for example {@code callback-lose}
     */
    default String kind() {
        if (this instanceof Lose) {
            return "callback-lose";
        }
        if (this instanceof Duplicate) {
            return "callback-duplicate";
        }
        return this instanceof Late ? "callback-delay" : "callback-wrong-signature";
    }

    /** It is never sent. */
    record Lose() implements CallbackFault {}

    /**
     * It arrives more than once, byte for byte the same.
     *
     * @param copies how often in all, 2 or more
     */
    record Duplicate(int copies) implements CallbackFault {}

    /**
     * It arrives late.
     *
     * @param time how long after the payment
     */
    record Late(Duration time) implements CallbackFault {}

    /** Its signature is of another key. Each of its tries is. */
    record WrongSignature() implements CallbackFault {}

    /**
     * It is never sent.
     *
     * @return the fault
     */
    static CallbackFault lose() {
        return new Lose();
    }

    /**
     * It arrives more than once.
     *
     * @param copies how often in all
     * @return the fault
     * @throws IllegalArgumentException if copies is below 2
     */
    static CallbackFault duplicate(int copies) {
        if (copies < 2) {
            throw new IllegalArgumentException("copies " + copies + " is below 2");
        }
        return new Duplicate(copies);
    }

    /**
     * It arrives late.
     *
     * @param time how long after the payment
     * @return the fault
     * @throws IllegalArgumentException if the time is negative
     */
    static CallbackFault delay(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time " + time + " is negative");
        }
        return new Late(time);
    }

    /**
     * It is signed with another key.
     *
     * @return the fault
     */
    static CallbackFault wrongSignature() {
        return new WrongSignature();
    }
}
