package io.nestcms.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way with all that goes with it. A bare event without any of it travels as itself. Without a list of what is
 * around its listeners it is not ready yet.
 */
record Parcel(
        Object event,
        @Nullable Envelope<?> envelope,
        @Nullable Tracker tracker,
        @Nullable List<EventInterceptor.Around> arounds) {
    /** The event of something that travels. */
    static Object event(Object item) {
        return item instanceof Parcel parcel ? parcel.event() : item;
    }

    /** Who waits for the end of a delivery; {@code null} when nobody does. */
    static @Nullable Tracker tracker(Object item) {
        return item instanceof Parcel parcel ? parcel.tracker() : null;
    }
}
