package io.nestcms.cms.user;

import java.util.List;
import java.util.Optional;

/**
 * Where users are kept: a port.
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
     * @return how it ended
     */
    Saved insert(StoredUser user);

    /**
     * Keeps a changed user, if nobody else changed it meanwhile.
     *
     * @param user the user, one version above that which is kept
     * @return how it ended
     */
    Saved replace(StoredUser user);

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
}
