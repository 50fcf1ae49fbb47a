package io.nestcms.jakarta;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls of the method, or of all methods of the bean, go through the circuit breaker of this name: the application's, where {@link
 * io.nestcms.resilience.CircuitBreakers} has one, else one with the settings for external services. A method that gives a {@link
 * java.util.concurrent.CompletionStage} counts when the stage completes. While the circuit is open the method is not called and {@link
 * io.nestcms.resilience.CircuitOpenException} is thrown. {@code nestcms.protected.enabled=false} turns it off.
 *
 * @since 0.1
 */
@Documented
@Inherited
@InterceptorBinding
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Protected {
    /**
     * The breaker's name.
     *
     * @return as {@link io.nestcms.resilience.CircuitBreakers} takes it
     */
    @Nonbinding
    String value();
}
