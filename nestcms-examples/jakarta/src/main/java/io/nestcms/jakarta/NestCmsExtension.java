package io.nestcms.jakarta;

import com.mongodb.client.MongoClient;
import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.service.ReconcilerSettings;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.InMemorySavedCardStore;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.SavedCardStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessBean;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.inject.Singleton;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Makes the SDK's objects beans, each unless the application has one of its own: {@link CircuitBreakers}, {@link EventBus}, {@link PayTabs},
 * {@link PaymentStore}, {@link SavedCards}, {@link OutboxRelay}, {@link Payments}, {@link Reconciler} and {@link PayTabsWebhooks}. It reads the settings {@code
 * nestcms.*} from MicroProfile Config, tells observers and methods with {@link PaymentListener} of recorded events, puts methods with {@link
 * Protected} behind circuit breakers, and runs relay and reconciler from the start of the application's scope to its end.
 *
 * <p>A setting that is missing or of another form, and a listener of another shape, stop the start with an {@link InvalidInputException}.
 * The container finds this class and calls it on one thread.
 *
 * @since 0.1
 */
public class NestCmsExtension implements Extension {
    private static final String OBSERVERS = "cdi";
    private static final String SAVED_CARDS = "saved-cards";

    private final Set<Type> ownBeans = new HashSet<>();
    private final List<Listening> listeners = new ArrayList<>();
    private @Nullable Settings settings;
    private @Nullable Background background;

    /** Made by the container. */
    public NestCmsExtension() {}

    private record Listening(Bean<?> bean, Method method, String name) {}

    void classes(@Observes BeforeBeanDiscovery discovery) {
        Settings read = Settings.of(ConfigProvider.getConfig());
        settings = read;
        if (read.protects()) {
            discovery.addAnnotatedType(ProtectedCalls.class, ProtectedCalls.class.getName());
        }
        if (isPresent("jakarta.ws.rs.Path")) {
            discovery.addAnnotatedType(PayTabsResource.class, PayTabsResource.class.getName());
        }
    }

    static boolean isPresent(String name) {
        try {
            Class.forName(name, false, NestCmsExtension.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    void bean(@Observes ProcessBean<?> event) {
        if (event.getBean().getQualifiers().contains(Default.Literal.INSTANCE)) {
            ownBeans.addAll(event.getBean().getTypes());
        }
    }

    void listeners(@Observes ProcessManagedBean<?> event) {
        for (AnnotatedMethod<?> method : event.getAnnotatedBeanClass().getMethods()) {
            PaymentListener listener = method.getAnnotation(PaymentListener.class);
            if (listener != null) {
                listeners.add(checked(event.getBean(), method.getJavaMember(), listener.value()));
            }
        }
    }

    private static Listening checked(Bean<?> bean, Method method, String name) {
        Class<?>[] takes = method.getParameterTypes();
        if (takes.length != 1
                || !PaymentEvent.class.isAssignableFrom(takes[0])
                || Modifier.isPrivate(method.getModifiers())
                || Modifier.isStatic(method.getModifiers())) {
            throw new InvalidInputException(
                    "@PaymentListener(\"" + name + "\")",
                    "stands on " + method,
                    "a method, neither private nor static, with one argument, a PaymentEvent or one kind of it");
        }
        if (name.equals(OBSERVERS) || name.equals(SAVED_CARDS)) {
            throw new InvalidInputException(
                    "@PaymentListener(\"" + name + "\")", "has a name that is taken", "neither cdi nor saved-cards");
        }
        return new Listening(bean, method, name);
    }

    void beans(@Observes AfterBeanDiscovery discovery, BeanManager manager) {
        Settings known = settings();
        add(discovery, Settings.class, it -> known, it -> {});
        add(discovery, CircuitBreakers.class, it -> breakers(manager), it -> {});
        add(discovery, EventBus.class, it -> EventBus.builder().build(), it -> {});
        add(discovery, PayTabs.class, it -> payTabs(it, known), PayTabs::close);
        if (!known.memory() && ownBeans.contains(MongoClient.class)) {
            add(discovery, NestMongo.class, it -> mongo(it, known), NestMongo::close);
        }
        add(discovery, PaymentStore.class, it -> store(it, known), it -> {});
        add(discovery, SavedCardStore.class, it -> cardStore(it, known), it -> {});
        add(discovery, SavedCards.class, NestCmsExtension::cards, it -> {});
        add(discovery, OutboxRelay.class, it -> relay(it, known), it -> {});
        add(discovery, Payments.class, it -> payments(it, known), it -> {});
        add(discovery, Reconciler.class, it -> reconciler(it, known), it -> {});
        add(discovery, PayTabsWebhooks.class, it -> webhooks(it, known), it -> {});
    }

    /** Singletons, for the SDK's classes are final and a normal scope wants proxies. */
    private <T> void add(
            AfterBeanDiscovery discovery, Class<T> type, Function<Instance<Object>, T> make, Consumer<T> end) {
        if (!ownBeans.contains(type)) {
            discovery
                    .<T>addBean()
                    .types(type, Object.class)
                    .scope(Singleton.class)
                    .produceWith(make)
                    .disposeWith((made, rest) -> end.accept(made));
        }
    }

    private Settings settings() {
        Settings known = settings;
        if (known == null) {
            throw new IllegalStateException("the container did not call the extension in its order");
        }
        return known;
    }

    private static <T> T get(Instance<Object> beans, Class<T> type) {
        return beans.select(type).get();
    }

    private static CircuitBreakers breakers(BeanManager manager) {
        return CircuitBreakers.builder()
                .listener(event -> manager.getEvent().fire(event))
                .build();
    }

    private static PayTabs payTabs(Instance<Object> beans, Settings settings) {
        return PayTabs.builder(settings.profile(ConfigProvider.getConfig()), get(beans, CircuitBreakers.class))
                .build();
    }

    private static NestMongo mongo(Instance<Object> beans, Settings settings) {
        return NestMongo.builder(get(beans, MongoClient.class), settings.database())
                .breakers(get(beans, CircuitBreakers.class))
                .build();
    }

    private static PaymentStore store(Instance<Object> beans, Settings settings) {
        return settings.memory() ? new InMemoryPaymentStore() : stores(beans).payments();
    }

    private static SavedCardStore cardStore(Instance<Object> beans, Settings settings) {
        return settings.memory() ? new InMemorySavedCardStore() : stores(beans).savedCards();
    }

    private static SavedCards cards(Instance<Object> beans) {
        return SavedCards.of(
                get(beans, PayTabs.class).gateway(), get(beans, PaymentStore.class), get(beans, SavedCardStore.class));
    }

    private static NestMongo stores(Instance<Object> beans) {
        Instance<NestMongo> mongo = beans.select(NestMongo.class);
        if (!mongo.isResolvable()) {
            throw new InvalidInputException(
                    "nestcms.store",
                    "is mongo and there is no MongoClient",
                    "a bean of type MongoClient, or memory in a test");
        }
        return mongo.get();
    }

    private static OutboxRelay relay(Instance<Object> beans, Settings settings) {
        return OutboxRelay.builder(get(beans, PaymentStore.class).outbox(), get(beans, EventBus.class))
                .threads(settings.relayThreads())
                .build();
    }

    private static Payments payments(Instance<Object> beans, Settings settings) {
        PaymentTimings.Builder timings = PaymentTimings.builder();
        Duration absenceAfter = settings.absenceAfter();
        if (absenceAfter != null) {
            timings.absenceAfter(absenceAfter);
        }
        Duration pageLife = settings.pageLife();
        if (pageLife != null) {
            timings.pageLife(pageLife);
        }
        return Payments.builder(get(beans, PayTabs.class).gateway(), get(beans, PaymentStore.class))
                .onRecorded(get(beans, OutboxRelay.class)::wake)
                .savedCards(get(beans, SavedCards.class))
                .timings(timings.build())
                .giveBackSecondCharges(settings.giveBackSecondCharges())
                .build();
    }

    private static Reconciler reconciler(Instance<Object> beans, Settings settings) {
        ReconcilerSettings shipped = ReconcilerSettings.defaults();
        return get(beans, Payments.class)
                .reconciler(new ReconcilerSettings(settings.perSecond(), shipped.concurrency(), shipped.executor()));
    }

    private static PayTabsWebhooks webhooks(Instance<Object> beans, Settings settings) {
        TrustedProxies proxies = TrustedProxies.of(settings.trustedProxies(), TrustedProxies.Header.X_FORWARDED_FOR);
        // alerts only: behind a balancer all come from one address
        ThreatMonitor threats = ThreatMonitor.builder().block(Duration.ZERO).build();
        Consumer<WebhookVerifier.Builder> both = verifier -> {
            verifier.proxies(proxies).threatMonitor(threats);
            beans.select(WebhookListener.class).forEach(verifier::listener);
        };
        return get(beans, PayTabs.class)
                .webhooks(
                        get(beans, Payments.class),
                        options -> options.callbacks(both).returns(both).callbacks(verifier -> {
                            if (!settings.sources().isEmpty()) {
                                verifier.sources(IpAllowList.of(settings.sources()));
                            }
                        }));
    }

    /** Everything is made at the start, so that what is wrong stops it. */
    void check(@Observes AfterDeploymentValidation validation, BeanManager manager) {
        Instance<Object> beans = manager.createInstance();
        get(beans, PayTabsWebhooks.class);
        Settings known = settings();
        if (!(known.sources().isEmpty() && known.trustedProxies().isEmpty()) && !Peer.isKnown()) {
            throw new InvalidInputException(
                    "nestcms.webhooks." + (known.sources().isEmpty() ? "trusted-proxies" : "sources"),
                    "is set and the sender's address is unknown",
                    "a container with a bean of type HttpServletRequest");
        }
        OutboxRelay relay = get(beans, OutboxRelay.class);
        relay.on(SAVED_CARDS, PaymentEvent.class, get(beans, SavedCards.class)::hear);
        relay.on(
                OBSERVERS,
                PaymentEvent.class,
                event -> inRequest(manager, () -> manager.getEvent().fire(event)));
        listeners.forEach(it -> listen(relay, manager, it));
        background = new Background(relay, get(beans, Reconciler.class), get(beans, EventBus.class), known);
    }

    private static void listen(OutboxRelay relay, BeanManager manager, Listening listener) {
        Method method = listener.method();
        method.setAccessible(true);
        Consumer<PaymentEvent> call = event -> {
            // the bean is asked for at each event: its scope holds, and its interceptors
            CreationalContext<?> context = manager.createCreationalContext(listener.bean());
            try {
                method.invoke(
                        manager.getReference(listener.bean(), listener.bean().getBeanClass(), context), event);
            } catch (InvocationTargetException e) {
                throw asThrown(e.getTargetException());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(method + " cannot be called", e);
            } finally {
                context.release();
            }
        };
        relay.on(
                listener.name(),
                method.getParameterTypes()[0].asSubclass(PaymentEvent.class),
                event -> inRequest(manager, () -> call.accept(event)));
    }

    private static void inRequest(BeanManager manager, Runnable task) {
        RequestContextController request = get(manager.createInstance(), RequestContextController.class);
        boolean activated = request.activate();
        try {
            task.run();
        } finally {
            if (activated) {
                request.deactivate();
            }
        }
    }

    void start(@Observes @Initialized(ApplicationScoped.class) @Priority(0) Object event) {
        Background known = background;
        if (known != null) {
            known.start();
        }
    }

    void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) @Priority(Integer.MAX_VALUE) Object event) {
        Background known = background;
        if (known != null) {
            known.stop();
        }
    }

    /** As it was thrown: what stands between must not wrap what callers catch. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> RuntimeException asThrown(Throwable failure) throws X {
        throw (X) failure;
    }
}
