package io.nestcms.spring;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Tells Spring's {@code @EventListener}s, under the name {@code spring}, and each {@link PaymentListener} under its own.
 *
 * @since 0.1
 */
@AutoConfiguration(after = NestCmsAutoConfiguration.class)
@ConditionalOnBean(OutboxRelay.class)
public class ListenersAutoConfiguration {
    private static final String SPRING = "spring";

    /** Made by Spring. */
    ListenersAutoConfiguration() {}

    /**
     * Finds the listeners once all beans are there, before the relay runs.
     *
     * @param relay delivers
     * @param events Spring's own
     * @param beans where listeners are looked for
     * @return does it
     */
    @Bean
    SmartInitializingSingleton paymentListeners(
            OutboxRelay relay, ApplicationEventPublisher events, ConfigurableListableBeanFactory beans) {
        return () -> {
            relay.on(SPRING, PaymentEvent.class, events::publishEvent);
            for (String name : beans.getBeanDefinitionNames()) {
                Class<?> type = beans.getType(name, false);
                if (type == null || beans.getBeanDefinition(name).isAbstract()) {
                    continue;
                }
                Class<?> user = ClassUtils.getUserClass(type);
                Map<Method, PaymentListener> found =
                        MethodIntrospector.selectMethods(user, (MethodIntrospector.MetadataLookup<PaymentListener>)
                                method -> AnnotatedElementUtils.findMergedAnnotation(method, PaymentListener.class));
                found.forEach((method, listener) -> add(relay, beans, name, method, listener.value()));
            }
        };
    }

    private static void add(
            OutboxRelay relay, ConfigurableListableBeanFactory beans, String bean, Method method, String name) {
        Class<?>[] takes = method.getParameterTypes();
        if (takes.length != 1 || !PaymentEvent.class.isAssignableFrom(takes[0])) {
            throw new InvalidInputException(
                    "@PaymentListener(\"" + name + "\")",
                    "stands on " + method,
                    "a method with one argument, a PaymentEvent or one kind of it");
        }
        // the bean is asked for at each event: a scope or a proxy of its own holds
        relay.on(name, takes[0].asSubclass(PaymentEvent.class), event -> {
            Object target = beans.getBean(bean);
            Method invocable = AopUtils.selectInvocableMethod(method, target.getClass());
            invocable.setAccessible(true);
            try {
                invocable.invoke(target, event);
            } catch (InvocationTargetException e) {
                throw sneaky(e.getTargetException());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(method + " cannot be called", e);
            }
        });
    }

    /** The relay takes whatever a listener throws. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException sneaky(Throwable failure) throws X {
        throw (X) failure;
    }
}
