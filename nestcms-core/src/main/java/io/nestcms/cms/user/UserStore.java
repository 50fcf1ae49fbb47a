package io.nestcms.cms.user;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.List;
import java.util.Optional;

/**
 * Where users are kept: a port. State and the events that tell of it go into one write.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code UserStoreContract}. Whatever they throw when
 * they cannot be asked is unchecked.
 *
 * @since 0.1
 */
public interface UserStore {
    /**
     * How a write ended.
     *
     * @since 0.1
     */
    enum Saved {
        /** It is written. */
        DONE,
        /** Not written: another user has the name. */
        USERNAME_TAKEN,
        /** Not written: another user has the address. */
        EMAIL_TAKEN,
        /** Not written: the user is not there in the version before this one, or, for a new one, the id is taken. */
        CHANGED
    }

    /**
     * Keeps a new user.
     *
     * @param user the user, in version 1
     * @param notices the events that tell of it, in the same write
     * @return how it ended
     */
    Saved insert(StoredUser user, List<Notice<UserEvent>> notices);

    /**
     * Keeps a changed user, if nobody else changed it meanwhile.
     *
     * @param user the user, one version above that which is kept
     * @param notices the events that tell of the change, in the same write; put behind those that wait
     * @return how it ended
     */
    Saved replace(StoredUser user, List<Notice<UserEvent>> notices);

    /**
     * A user by id.
     *
     * @param id the id
     * @return empty where there is none
     */
    Optional<StoredUser> find(String id);

    /**
     * A user by name.
     *
     * @param key as {@link StoredUser#usernameKey()} has it
     * @return empty where there is none
     */
    Optional<StoredUser> findByUsername(String key);

    /**
     * A user by address.
     *
     * @param key as {@link StoredUser#emailKey()} has it
     * @return empty where there is none
     */
    Optional<StoredUser> findByEmail(String key);

    /**
     * A part of the users, by id.
     *
     * @param query which
     * @return in the order of their ids
     */
    List<User> list(UserQuery query);

    /**
     * The events of these users.
     *
     * @return the outbox over the same records
     */
    Notices<UserEvent> outbox();
}
