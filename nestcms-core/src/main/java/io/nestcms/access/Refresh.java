package io.nestcms.access;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How the use of a refresh token ended.
 *
 * @since 0.1
 */
public sealed interface Refresh {
    /**
     * It was the present one: the next one counts from now on.
     *
     * @param session the session as it is now
     * @since 0.1
     */
    record Renewed(Session session) implements Refresh {}

    /**
     * It was one of the session's earlier ones: it, or a later one, is in other hands. The session was ended.
     *
     * @param session the session as it was
     * @since 0.1
     */
    record Reused(Session session) implements Refresh {}

    /**
     * There is no such session, it has ended, or the token is none of its family. Nothing was changed.
     *
     * @since 0.1
     */
    record Unknown() implements Refresh {}

    /**
     * The answer for each case.
     *
     * @param <R> the kind of answer
     * @param renewed for the present token
     * @param reused for an earlier one
     * @param unknown for any other
     * @return what the function of the case gives
     */
    default <R> R fold(
            Function<? super Session, ? extends R> renewed,
            Function<? super Session, ? extends R> reused,
            Supplier<? extends R> unknown) {
        if (this instanceof Renewed now) {
            return renewed.apply(now.session());
        }
        if (this instanceof Reused old) {
            return reused.apply(old.session());
        }
        return unknown.get();
    }
}
