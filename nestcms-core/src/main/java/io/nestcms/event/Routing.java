package io.nestcms.event;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The listeners at one moment, and who of them hears which type of event. Replaced as a whole when one comes or goes. */
final class Routing {
    private final List<Listener> listeners;
    /** One for all types that the same listeners hear. */
    private final Map<List<Listener>, Route> routes = new ConcurrentHashMap<>();

    /** Those of types that live as long as this library anyway. */
    private final Map<Class<?>, Route> ofOurTypes = new ConcurrentHashMap<>();

    /**
     * Those of other types are kept with them, so that nothing here keeps a type, and with it its class loader; by a weak
     * reference, so that no type keeps anything of ours.
     */
    private final ClassValue<Reference<Route>> byType = new ClassValue<>() {
        @Override
        protected Reference<Route> computeValue(Class<?> type) {
            return new WeakReference<>(find(type));
        }
    };

    Routing(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    List<Listener> listeners() {
        return listeners;
    }

    Route of(Class<?> eventType) {
        Route route = ofOurTypes.get(eventType);
        return route != null ? route : findOnce(eventType);
    }

    private Route findOnce(Class<?> eventType) {
        ClassLoader loader = eventType.getClassLoader();
        if (loader == null || loader == Routing.class.getClassLoader()) {
            return ofOurTypes.computeIfAbsent(eventType, this::find);
        }
        return Objects.requireNonNull(byType.get(eventType).get());
    }

    private Route find(Class<?> eventType) {
        List<Listener> hearing =
                listeners.stream().filter(listener -> listener.hears(eventType)).toList();
        return routes.computeIfAbsent(hearing, Route::new);
    }

    /** Who hears a type of event, in the order of subscription. */
    static final class Route {
        final Listener[] listeners;
        /** Whether somebody takes the event in an envelope. */
        final boolean needsEnvelope;

        Route(List<Listener> listeners) {
            this.listeners = listeners.toArray(Listener[]::new);
            this.needsEnvelope = listeners.stream().anyMatch(Listener::takesEnvelopes);
        }
    }
}
