package io.nestcms.spring;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Puts methods with {@link Protected} behind circuit breakers.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnProperty(name = "nestcms.protected.enabled", havingValue = "true", matchIfMissing = true)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
public class ProtectedAutoConfiguration {
    /** Made by Spring. */
    ProtectedAutoConfiguration() {}

    /**
     * The advice, for Spring's proxies.
     *
     * @param breakers the registry, asked at the first call
     * @return the advisor
     */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Advisor protectedMethods(ObjectProvider<CircuitBreakers> breakers) {
        return new DefaultPointcutAdvisor(
                AnnotationMatchingPointcut.forMethodAnnotation(Protected.class), new Guarding(breakers));
    }

    private record Guarding(ObjectProvider<CircuitBreakers> breakers) implements MethodInterceptor {
        @Override
        public @Nullable Object invoke(MethodInvocation call) throws Throwable {
            CircuitBreaker breaker = breakers.getObject()
                    .findOrCreate(name(call), BreakerSettings.service().build());
            if (CompletionStage.class.isAssignableFrom(call.getMethod().getReturnType())) {
                return breaker.callAsync(() -> stage(call));
            }
            return breaker.call(() -> proceed(call)).orElse(null);
        }

        private static String name(MethodInvocation call) {
            Object target = call.getThis();
            Protected annotation = AnnotatedElementUtils.findMergedAnnotation(
                    target == null
                            ? call.getMethod()
                            : AopUtils.getMostSpecificMethod(call.getMethod(), AopUtils.getTargetClass(target)),
                    Protected.class);
            return Objects.requireNonNull(annotation, "annotation").value();
        }

        private static Optional<Object> proceed(MethodInvocation call) {
            try {
                return Optional.ofNullable(call.proceed());
            } catch (Throwable e) {
                throw sneaky(e);
            }
        }

        @SuppressWarnings("unchecked")
        private static CompletionStage<Object> stage(MethodInvocation call) {
            try {
                return (CompletionStage<Object>) Objects.requireNonNull(call.proceed());
            } catch (Throwable e) {
                throw sneaky(e);
            }
        }

        /** As it was thrown: an advice must not wrap what callers catch. */
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        private static <X extends Throwable> RuntimeException sneaky(Throwable failure) throws X {
            throw (X) failure;
        }
    }
}
