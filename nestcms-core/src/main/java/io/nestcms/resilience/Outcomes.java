package io.nestcms.resilience;

/**
 * The outcomes of calls as small numbers, which is how windows count them: a success or a failure of some class, each
 * fast or slow.
 */
@SuppressWarnings("EnumOrdinal") // as an index within one run; never stored
final class Outcomes {
    /** Not counted, or an empty place in a window. */
    static final int NONE = 0;

    static final int SUCCESS = 1;
    static final int SLOW_SUCCESS = 2;
    private static final int FIRST_FAILURE = 3;
    private static final FailureClass[] CLASSES = FailureClass.values();

    /** How many outcomes there are, {@link #NONE} included. */
    static final int COUNT = FIRST_FAILURE + 2 * CLASSES.length;

    private Outcomes() {}

    static int of(FailureClass failureClass) {
        return FIRST_FAILURE + 2 * failureClass.ordinal();
    }

    /** The same outcome of a call that was slow. */
    static int slow(int outcome) {
        return outcome + 1;
    }

    static boolean isFailure(int outcome) {
        return outcome >= FIRST_FAILURE;
    }

    static boolean isSlow(int outcome) {
        return outcome >= SLOW_SUCCESS && (outcome - SLOW_SUCCESS) % 2 == 0;
    }

    /** The class of a failed outcome. */
    static FailureClass failureClass(int outcome) {
        return CLASSES[(outcome - FIRST_FAILURE) / 2];
    }
}
