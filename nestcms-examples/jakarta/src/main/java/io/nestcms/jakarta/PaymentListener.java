package io.nestcms.jakarta;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method of a bean hears recorded events of payments, at least once, under a name with a delivery state of its own: when it throws, it
 * alone hears the event again, after a growing wait, and its last failure is buried where it can be listed and replayed.
 *
 * <pre>{@code
 * @PaymentListener("receipts")
 * public void send(PaymentSucceeded event) { ... }
 * }</pre>
 *
 * <p>The method takes one argument, a {@link io.nestcms.payment.PaymentEvent} or one kind of it, which says what it hears. It is neither
 * private nor static. A request scope is active while it runs.
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface PaymentListener {
    /**
     * Under which name deliveries are remembered: the same on every node and after every start.
     *
     * @return 1 to 64 of {@code a-z}, {@code 0-9} and {@code -}; neither {@code cdi}, the name of all {@code @Observes}, nor {@code saved-cards}
     */
    String value();
}
