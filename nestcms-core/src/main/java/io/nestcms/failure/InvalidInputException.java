package io.nestcms.failure;

/**
 * Input that was refused before anything was done with it. Names the field, what is wrong with its value and the rule
 * it breaks, so that an HTTP host can answer with the three of them. The value itself is never part of it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class InvalidInputException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** The refused field. */
    private final String field;
    /** What is wrong with its value. */
    private final String problem;
    /** What is allowed. */
    private final String rule;

    /**
     * A refusal.
     *
     * @param field the name of the refused field as its sender knows it, for example {@code amount}
     * @param problem what is wrong with the value, for example {@code has 4 decimals}
     * @param rule what is allowed, for example {@code KWD takes at most 3}
     */
    public InvalidInputException(String field, String problem, String rule) {
        super(field + " " + problem + ": " + rule);
        this.field = field;
        this.problem = problem;
        this.rule = rule;
    }

    /**
     * The refused field.
     *
     * @return its name as the sender knows it
     */
    public String field() {
        return field;
    }

    /**
     * What is wrong with the value.
     *
     * @return a phrase that follows the field's name
     */
    public String problem() {
        return problem;
    }

    /**
     * The rule that the value breaks.
     *
     * @return what is allowed
     */
    public String rule() {
        return rule;
    }
}
