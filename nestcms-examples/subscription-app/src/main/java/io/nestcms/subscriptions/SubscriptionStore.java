package io.nestcms.subscriptions;

import java.util.List;
import java.util.Optional;

/** Where subscriptions are kept; safe for use by many threads. */
public interface SubscriptionStore {
    /** Keeps a new one; false when there is one with its name. */
    boolean insert(Subscription subscription);

    /** Replaces the version before; false when somebody else was faster. */
    boolean replace(Subscription subscription);

    /** The latest version, or empty. */
    Optional<Subscription> find(String id);

    /** The names of all. */
    List<String> ids();
}
