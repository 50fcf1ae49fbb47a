package io.nestcms.access;

/**
 * What an {@link AccessPolicy} says.
 *
 * @since 0.1
 */
public sealed interface Decision {
    /**
     * It may be done.
     *
     * @param by what allows it, for example {@code role ADMIN} or {@code grant 7}
     * @since 0.1
     */
    record Allowed(String by) implements Decision {}

    /**
     * It may not: nothing allows it.
     *
     * @since 0.1
     */
    record Denied() implements Decision {}

    /**
     * Whether it may be done.
     *
     * @return whether something allows it
     */
    default boolean isAllowed() {
        return this instanceof Allowed;
    }
}
