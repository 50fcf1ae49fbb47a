package io.nestcms.cms.user;

import io.nestcms.cms.outbox.InMemoryNotices;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Users in this process's memory, for tests and trials.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemoryUserStore implements UserStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<String, StoredUser> users = new TreeMap<>();
    private final InMemoryNotices<UserEvent> outbox = new InMemoryNotices<>();

    private InMemoryUserStore() {}

    /**
     * An empty store.
     *
     * @return a store
     */
    public static InMemoryUserStore create() {
        return new InMemoryUserStore();
    }

    @Override
    public Saved insert(StoredUser user, List<Notice<UserEvent>> notices) {
        lock.lock();
        try {
            return users.containsKey(user.user().id()) ? Saved.CHANGED : put(user, notices);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Saved replace(StoredUser user, List<Notice<UserEvent>> notices) {
        lock.lock();
        try {
            StoredUser before = users.get(user.user().id());
            return before == null || before.user().version() != user.user().version() - 1
                    ? Saved.CHANGED
                    : put(user, notices);
        } finally {
            lock.unlock();
        }
    }

    private Saved put(StoredUser user, List<Notice<UserEvent>> notices) {
        for (StoredUser other : users.values()) {
            if (other.user().id().equals(user.user().id())) {
                continue;
            }
            if (other.usernameKey().equals(user.usernameKey())) {
                return Saved.USERNAME_TAKEN;
            }
            if (other.emailKey().equals(user.emailKey())) {
                return Saved.EMAIL_TAKEN;
            }
        }
        users.put(user.user().id(), user);
        outbox.add(user.user().id(), notices, user.user().updatedAt());
        return Saved.DONE;
    }

    @Override
    public Optional<StoredUser> find(String id) {
        return first(user -> user.user().id().equals(id));
    }

    @Override
    public Optional<StoredUser> findByUsername(String key) {
        return first(user -> user.usernameKey().equals(key));
    }

    @Override
    public Optional<StoredUser> findByEmail(String key) {
        return first(user -> user.emailKey().equals(key));
    }

    private Optional<StoredUser> first(Predicate<StoredUser> which) {
        lock.lock();
        try {
            return users.values().stream().filter(which).findFirst();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<User> list(UserQuery query) {
        lock.lock();
        try {
            return users.values().stream()
                    .map(StoredUser::user)
                    .filter(user -> query.after() == null || user.id().compareTo(query.after()) > 0)
                    .filter(user -> query.status() == null || user.status() == query.status())
                    .filter(user -> query.role() == null || user.roles().contains(query.role()))
                    .limit(query.limit())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Notices<UserEvent> outbox() {
        return outbox;
    }
}
