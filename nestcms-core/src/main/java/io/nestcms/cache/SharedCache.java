package io.nestcms.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link TieredCache} that all nodes share: a port. A value gets in under a lease only, and an invalidation ends
 * the lease, so that a value that was read before a change is never kept after it.
 *
 * <p>Each method is atomic, over all nodes. Implementations are safe for use by many threads. Every method but {@link #listen}
 * throws a {@link RuntimeException} when the cache cannot be asked.
 *
 * @since 0.1
 */
public interface SharedCache {
    /**
     * A kept value and how long it is kept yet.
     *
     * @param value the bytes
     * @param left above zero
     * @since 0.1
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
    record Kept(byte[] value, Duration left) {}

    /**
     * What a node was told when it asked for a lease.
     *
     * @param kept a value that is there after all
     * @param isGranted whether this node is the one that loads; false when there is a value, or another loads
     * @since 0.1
     */
    record Lease(Optional<Kept> kept, boolean isGranted) {}

    /**
     * What is kept under a key.
     *
     * @param key the key
     * @return the value, or empty
     */
    Optional<Kept> find(String key);

    /**
     * Notes that the value which will be kept under a key depends on tags. Before its lease, so that whoever invalidates a tag
     * finds the key.
     *
     * @param key the key
     * @param tags what the value is made from
     * @param atMost how long the note is of use
     */
    void tag(String key, Set<String> tags, Duration atMost);

    /**
     * Asks to be the one that loads a key.
     *
     * @param key the key
     * @param holder a name that no other asker has
     * @param atMost when the lease ends by itself, as its holder may have died
     * @return what was decided
     */
    Lease lease(String key, String holder, Duration atMost);

    /**
     * Keeps a value if the lease still stands, and ends the lease.
     *
     * @param key the key
     * @param holder who has the lease
     * @param value the value
     * @param left how long to keep it, above zero
     * @return whether it is kept
     */
    boolean keep(String key, String holder, byte[] value, Duration left);

    /**
     * Gives a lease back without a value. Repeatable.
     *
     * @param key the key
     * @param holder who has the lease
     */
    void release(String key, String holder);

    /**
     * Keeps a value in place of another, and ends whatever lease there is.
     *
     * @param key the key
     * @param expected what must be kept now; {@code null} for nothing
     * @param value the value
     * @param left how long to keep it, above zero
     * @return whether it is kept; false when something else was there
     */
    boolean swap(String key, byte @Nullable [] expected, byte[] value, Duration left);

    /**
     * Forgets keys and whatever lease there is, and every key that has one of the tags; then tells all nodes. Repeatable.
     *
     * @param keys the keys
     * @param tags the tags
     */
    void drop(Collection<String> keys, Collection<String> tags);

    /**
     * Hears what other nodes forget, and this one.
     *
     * @param listener is called on another thread, never twice at a time; does not throw
     * @return ends the listening
     */
    Runnable listen(Listener listener);

    /**
     * Hears of invalidations.
     *
     * @since 0.1
     */
    interface Listener {
        /**
         * These were dropped, by whichever node.
         *
         * @param keys the keys
         * @param tags the tags
         */
        void dropped(Collection<String> keys, Collection<String> tags);

        /** Some of what was dropped was missed: all may be out of date. */
        void missed();

        /** The shared cache answers. Told some times a second while it does. */
        void reached();
    }
}
