package io.nestcms.cms.user.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.access.Role;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.cms.user.Actor;
import io.nestcms.cms.user.StoredUser;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserEvent;
import io.nestcms.cms.user.UserQuery;
import io.nestcms.cms.user.UserStatus;
import io.nestcms.cms.user.UserStore;
import io.nestcms.cms.user.UserStore.Saved;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link UserStore} does. Extend it with a store that is empty at each test. */
public abstract class UserStoreContract {
    private static final Instant AT = Instant.parse("2026-11-30T10:00:00Z");

    /** The store under test, the same one within a test. */
    protected abstract UserStore store();

    /** A user with all parts. */
    public static StoredUser user(String id, String username, String email) {
        User user = new User(
                id,
                username,
                email,
                "+96522280000",
                "سارة O'Brien 🌍",
                Set.of(Role.CLIENT),
                UserStatus.PENDING,
                AT,
                AT,
                1);
        return new StoredUser(user, "$argon2id$of-" + id, new StoredUser.Reset("ab12", AT.plusSeconds(60)));
    }

    private static StoredUser next(StoredUser before, String email, UserStatus status, Set<Role> roles) {
        User user = before.user();
        return new StoredUser(
                new User(
                        user.id(),
                        user.username(),
                        email,
                        null,
                        user.name(),
                        roles,
                        status,
                        user.createdAt(),
                        AT.plusSeconds(5),
                        user.version() + 1),
                before.passwordHash(),
                null);
    }

    @Test
    void insert_isFoundAsItWas() {
        StoredUser sara = user("u-1", "sara", "Sara@Example.com");
        assertThat(store().insert(sara, List.of())).isEqualTo(Saved.DONE);

        assertThat(store().find("u-1")).contains(sara);
        assertThat(store().findByUsername(sara.usernameKey())).contains(sara);
        assertThat(store().findByEmail("sara@example.com")).contains(sara);
        assertThat(store().find("u-2")).isEmpty();
        assertThat(store().findByUsername("sar")).isEmpty();
        assertThat(store().findByEmail("sara@example.org")).isEmpty();
    }

    @Test
    void insert_nameOrAddressOrIdOfAnother_isRefused() {
        store().insert(user("u-1", "sara", "sara@example.com"), List.of());

        assertThat(store().insert(user("u-2", "SARA", "other@example.com"), List.of()))
                .isEqualTo(Saved.USERNAME_TAKEN);
        // the Cyrillic letters look the same, and so do full-width ones
        assertThat(store().insert(user("u-2", "ѕаrа".replace('r', 'г'), "other@example.com"), List.of()))
                .isEqualTo(Saved.USERNAME_TAKEN);
        assertThat(store().insert(user("u-2", "ｓａｒａ", "other@example.com"), List.of()))
                .isEqualTo(Saved.USERNAME_TAKEN);
        assertThat(store().insert(user("u-2", "other", "SARA@example.COM"), List.of()))
                .isEqualTo(Saved.EMAIL_TAKEN);
        assertThat(store().insert(user("u-1", "other", "other@example.com"), List.of()))
                .isEqualTo(Saved.CHANGED);
        assertThat(store().find("u-2")).isEmpty();
        assertThat(store().insert(user("u-2", "other", "other@example.com"), List.of()))
                .isEqualTo(Saved.DONE);
    }

    @Test
    void replace_onlyTheNextVersion_andFreesTheOldAddress() {
        StoredUser first = user("u-1", "sara", "sara@example.com");
        store().insert(first, List.of());
        StoredUser second = next(first, "new@example.com", UserStatus.ACTIVE, EnumSet.of(Role.ADMIN, Role.OWNER));

        assertThat(store().replace(second, List.of())).isEqualTo(Saved.DONE);
        assertThat(store().replace(second, List.of())).isEqualTo(Saved.CHANGED);
        assertThat(store().find("u-1")).contains(second);
        assertThat(store().findByEmail("sara@example.com")).isEmpty();
        assertThat(store().insert(user("u-2", "other", "sara@example.com"), List.of()))
                .isEqualTo(Saved.DONE);
        assertThat(store().replace(next(second, "sara@example.com", UserStatus.ACTIVE, Set.of(Role.OWNER)), List.of()))
                .isEqualTo(Saved.EMAIL_TAKEN);
        assertThat(store().replace(
                                next(
                                        user("u-9", "nobody", "n@example.com"),
                                        "n@b.com",
                                        UserStatus.ACTIVE,
                                        Set.of(Role.CLIENT)),
                                List.of()))
                .isEqualTo(Saved.CHANGED);
    }

    /** Every kind of event that is recorded, as it was. */
    @Test
    void events_areWrittenWithTheUser_orNotAtAll() {
        Actor by = new Actor("u-9", "192.0.2.1");
        StoredUser first = user("u-1", "sara", "sara@example.com");
        StoredUser second = next(first, "sara@b.example", UserStatus.ACTIVE, Set.of(Role.OWNER));
        List<UserEvent> made =
                List.of(new UserEvent.UserRegistered("u-1", AT, by), new UserEvent.UserWelcomed("u-1", AT, by));
        List<UserEvent> changed = List.of(
                new UserEvent.ProfileChanged("u-1", AT, by),
                new UserEvent.RolesChanged("u-1", AT, by, Set.of(Role.CLIENT), Set.of(Role.OWNER, Role.ADMIN)),
                new UserEvent.StatusChanged("u-1", AT, by, UserStatus.PENDING, UserStatus.ACTIVE),
                new UserEvent.PasswordChanged("u-1", AT, by, true),
                new UserEvent.PasswordResetSent("u-1", AT, by));

        assertThat(store().insert(first, Notice.ofVersion("u-1", 1, AT, made))).isEqualTo(Saved.DONE);
        assertThat(store().insert(user("u-2", "sara", "other@example.com"), Notice.ofVersion("u-2", 1, AT, made)))
                .isEqualTo(Saved.USERNAME_TAKEN);
        assertThat(store().replace(second, Notice.ofVersion("u-1", 2, AT, changed)))
                .isEqualTo(Saved.DONE);
        assertThat(store().replace(second, Notice.ofVersion("u-1", 2, AT, made)))
                .isEqualTo(Saved.CHANGED);

        NoticeClaim<UserEvent> claim = store().outbox()
                .claim(AT.plusSeconds(60), Duration.ofMinutes(1))
                .orElseThrow();
        List<UserEvent> all = new ArrayList<>(made);
        all.addAll(changed);
        assertThat(claim.notices()).extracting(Notice::event).containsExactlyElementsOf(all);
        assertThat(claim.notices()).extracting(Notice::id).doesNotHaveDuplicates();
        assertThat(store().outbox().waiting()).isEqualTo(1);

        // a change without events leaves those that wait
        StoredUser third = next(second, "sara@c.example", UserStatus.ACTIVE, Set.of(Role.OWNER));
        assertThat(store().replace(third, List.of())).isEqualTo(Saved.DONE);
        claim.notices()
                .forEach(notice ->
                        assertThat(store().outbox().delivered(claim, notice)).isTrue());
        store().outbox().release(claim, AT.plusSeconds(60));
        assertThat(store().outbox().waiting()).isZero();
        assertThat(store().find("u-1")).contains(third);
    }

    @Test
    void list_byStatusAndRole_inPages() {
        List<String> ids = List.of("u-1", "u-2", "u-3", "u-4");
        for (String id : ids) {
            StoredUser user = user(id, "user" + id.charAt(2) + "x", id + "@example.com");
            store().insert(user, List.of());
            if (!id.equals("u-2")) {
                store().replace(
                                next(user, id + "@example.com", UserStatus.ACTIVE, Set.of(Role.EMPLOYEE, Role.CLIENT)),
                                List.of());
            }
        }
        assertThat(listed(new UserQuery(null, null, null, 3))).containsExactly("u-1", "u-2", "u-3");
        assertThat(listed(new UserQuery(null, null, "u-3", 3))).containsExactly("u-4");
        assertThat(listed(new UserQuery(UserStatus.PENDING, null, null, 10))).containsExactly("u-2");
        assertThat(listed(new UserQuery(null, Role.EMPLOYEE, null, 10))).containsExactly("u-1", "u-3", "u-4");
        assertThat(listed(new UserQuery(UserStatus.ACTIVE, Role.CLIENT, "u-1", 1)))
                .containsExactly("u-3");
        assertThat(listed(new UserQuery(null, Role.OWNER, null, 10))).isEmpty();
    }

    private List<String> listed(UserQuery query) {
        return store().list(query).stream().map(User::id).toList();
    }

    @Test
    void insert_oneNameAtOnce_oneHasIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Saved>> tries = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                StoredUser user = user("u-" + i, "sara", i + "@example.com");
                tries.add(threads.submit(() -> {
                    go.await();
                    return store().insert(user, List.of());
                }));
            }
            go.countDown();
            List<Saved> ends = new ArrayList<>();
            for (Future<Saved> each : tries) {
                ends.add(each.get());
            }
            assertThat(ends)
                    .containsExactlyInAnyOrder(
                            Saved.DONE, Saved.USERNAME_TAKEN, Saved.USERNAME_TAKEN, Saved.USERNAME_TAKEN);
        } finally {
            threads.shutdownNow();
        }
    }
}
