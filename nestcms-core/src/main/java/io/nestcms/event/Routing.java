package io.nestcms.event;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The listeners at one moment, and who of them hears which type of event. Replaced as a whole when one comes or goes. */
final class Routing {
    private final List<Listener> listeners;
    private final Map<Class<?>, Route> routes = new ConcurrentHashMap<>();

    Routing(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    List<Listener> listeners() {
        return listeners;
    }

    Route of(Class<?> eventType) {
        Route route = routes.get(eventType);
        return route != null ? route : routes.computeIfAbsent(eventType, this::find);
    }

    private Route find(Class<?> eventType) {
        Listener[] hearing =
                listeners.stream().filter(listener -> listener.hears(eventType)).toArray(Listener[]::new);
        boolean needsEnvelope =
                listeners.stream().anyMatch(listener -> listener.takesEnvelopes() && listener.hears(eventType));
        return new Route(hearing, needsEnvelope);
    }

    /** Who hears a type of event, in the order of subscription. */
    static final class Route {
        final Listener[] listeners;
        /** Whether somebody takes the event in an envelope. */
        final boolean needsEnvelope;

        Route(Listener[] listeners, boolean needsEnvelope) {
            this.listeners = listeners;
            this.needsEnvelope = needsEnvelope;
        }
    }
}
