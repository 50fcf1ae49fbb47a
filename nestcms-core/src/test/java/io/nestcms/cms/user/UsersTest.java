package io.nestcms.cms.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.access.PasswordHasher;
import io.nestcms.access.Role;
import io.nestcms.cms.outbox.NoticeRelay;
import io.nestcms.event.EventBus;
import io.nestcms.event.contract.Mischief;
import io.nestcms.failure.InvalidInputException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsersTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Actor STRANGER = Actor.anonymous("192.0.2.1");
    private static final Actor ADMIN = new Actor("u-admin", "192.0.2.9");
    private static final String GOOD = "correct horse battery";

    private Instant now = Instant.parse("2026-11-30T10:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final UserStore store = InMemoryUserStore.create();
    private final List<UserEvent> events = new ArrayList<>();
    private final Letters letters = new Letters();
    private final Users users = users(64);

    private Users users(int memoryKib) {
        return Users.builder(store, PasswordHasher.of(memoryKib, 1, 1, RANDOM), letters)
                .clock(clock)
                .listener(events::add)
                .build();
    }

    /** Keeps what would be sent. */
    private static final class Letters implements UserNotices {
        private final List<String> sent = new ArrayList<>();
        private String token = "";

        @Override
        public void passwordReset(User user, String secret) {
            token = secret;
            sent.add("reset " + user.username());
        }

        @Override
        public void welcome(User user) {
            sent.add("welcome " + user.username());
        }

        @Override
        public void passwordChanged(User user) {
            sent.add("changed " + user.username());
        }

        @Override
        public void alreadyRegistered(User user) {
            sent.add("already " + user.username());
        }
    }

    private static Profile profile(String email) {
        return new Profile("Sara", email, null);
    }

    /** All events: those of sign-ins as they came, those that wait in the store now. */
    private List<UserEvent> told() {
        EventBus bus = EventBus.builder().build();
        bus.subscribe(UserEvent.class, events::add);
        new NoticeRelay<>(store.outbox(), bus, clock).run();
        bus.close();
        return events;
    }

    private User registered(String username) {
        return ((UserResult.Done) users.register(username, GOOD, profile(username + "@example.com"), STRANGER)).user();
    }

    private User active(String username) {
        return ((UserResult.Done) users.activate(registered(username).id(), ADMIN)).user();
    }

    private SignIn signIn(String login, String password) {
        return users.signIn(login, password, null, STRANGER);
    }

    private static UserResult.Reason reason(UserResult result) {
        return ((UserResult.Refused) result).reason();
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void listenerAndNoticesThrowAnything_changeIsMadeAndItsResultGiven(Throwable anything) {
        UserNotices broken = (UserNotices) Proxy.newProxyInstance(
                UserNotices.class.getClassLoader(), new Class<?>[] {UserNotices.class}, (proxy, method, given) -> {
                    throw Mischief.sneak(anything);
                });
        Users fragile = Users.builder(store, PasswordHasher.of(64, 1, 1, RANDOM), broken)
                .clock(clock)
                .listener(event -> {
                    throw Mischief.sneak(anything);
                })
                .build();

        UserResult made = fragile.register("sara", GOOD, profile("sara@example.com"), STRANGER);
        assertThat(made).isInstanceOf(UserResult.Done.class);
        String id = ((UserResult.Done) made).user().id();
        assertThat(fragile.activate(id, ADMIN)).isInstanceOf(UserResult.Done.class);
        assertThat(fragile.signIn("sara", GOOD, null, STRANGER)).isInstanceOf(SignIn.Genuine.class);
    }

    @Test
    void register_waitsToBeLetIn_thenIsWelcomed() {
        User sara = registered("sara");
        told();
        assertThat(sara.status()).isEqualTo(UserStatus.PENDING);
        assertThat(sara.roles()).containsExactly(Role.CLIENT);
        assertThat(signIn("sara", GOOD)).isEqualTo(new SignIn.NotActive(UserStatus.PENDING));

        users.activate(sara.id(), ADMIN);
        users.activate(sara.id(), ADMIN);
        told();
        assertThat(signIn("sara", GOOD)).isInstanceOf(SignIn.Genuine.class);
        assertThat(signIn("SARA@example.com", GOOD)).isInstanceOf(SignIn.Genuine.class);
        assertThat(letters.sent).containsExactly("welcome sara");
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "UserRegistered",
                        "SignInRefused",
                        "StatusChanged",
                        "UserWelcomed",
                        "UserSignedIn",
                        "UserSignedIn");
        assertThat(events.get(2).by()).isEqualTo(ADMIN);
    }

    @Test
    void register_takenNameOrAddress_inAnotherForm_isRefused_andTheOtherUserHears() {
        active("sara");
        assertThat(reason(users.register("Ｓara", GOOD, profile("x@example.com"), STRANGER)))
                .isEqualTo(UserResult.Reason.USERNAME_TAKEN);
        assertThat(reason(users.register("other", GOOD, profile("Sara@EXAMPLE.com"), STRANGER)))
                .isEqualTo(UserResult.Reason.EMAIL_TAKEN);
        assertThat(letters.sent).containsExactly("welcome sara", "already sara");
    }

    @Test
    void register_whatCannotBeSeenOrTold_isRefused() {
        for (String name :
                List.of("sa", "1sara", "sa ra", "sara\u202e", "sar\u0430", "sara\0", "a".repeat(33), "sa\ud83cra")) {
            assertThatThrownBy(() -> users.register(name, GOOD, profile("s@example.com"), STRANGER))
                    .as(name)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            refused -> assertThat(refused.field()).isEqualTo("username"));
        }
        for (String email : List.of("", "sara", "@b.c", "a@", "a@b@c", "a b@c.d", "a@b..c", "a\u202e@b.c", "a@b\n.c")) {
            assertThatThrownBy(() -> users.register("sara", GOOD, profile(email), STRANGER))
                    .as(email)
                    .isInstanceOf(InvalidInputException.class);
        }
        for (String name : List.of("", " ", "a\u202eb", "a\0b", "\ud83c", "a\nb", "x".repeat(201))) {
            assertThatThrownBy(() -> users.register("sara", GOOD, new Profile(name, "s@example.com", null), STRANGER))
                    .as(name)
                    .isInstanceOf(InvalidInputException.class);
        }
        for (String username : List.of("سارة", "Øyvind", "नमस्ते", "李小龙龙")) {
            assertThat(users.register(username, GOOD, profile(username + "@example.com"), STRANGER))
                    .isInstanceOf(UserResult.Done.class);
        }
    }

    @Test
    void signIn_wrongNameOrPassword_isOneAnswer_andNothingButTheReasonIsTold() {
        active("sara");
        assertThat(signIn("sara", "wrong horse")).isEqualTo(new SignIn.Wrong());
        assertThat(signIn("nobody", GOOD)).isEqualTo(new SignIn.Wrong());
        assertThat(signIn("sara", "x".repeat(10_000))).isEqualTo(new SignIn.Wrong());
        assertThat(told().toString()).doesNotContain("nobody").doesNotContain("horse");
    }

    @Test
    void signIn_floodFromManyThreads_doesNotStopTheGenuine() throws Exception {
        active("sara");
        ExecutorService threads = Executors.newFixedThreadPool(12);
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(12);
        List<Future<Integer>> floods = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                String address = "198.51.100." + i;
                floods.add(threads.submit(() -> {
                    int tries = 0;
                    while (stop.getCount() > 0) {
                        users.signIn("sara", "wrong horse", null, Actor.anonymous(address));
                        tries++;
                        begun.countDown();
                    }
                    return tries;
                }));
            }
            begun.await();
            for (int i = 0; i < 17; i++) {
                assertThat(signIn("sara", GOOD)).isInstanceOf(SignIn.Genuine.class);
            }
        } finally {
            stop.countDown();
            threads.shutdown();
        }
        for (Future<Integer> flood : floods) {
            assertThat(flood.get()).isPositive();
        }
    }

    @Test
    void signIn_weakerHash_isMadeAnew() {
        User sara = active("sara");
        Users stronger = users(128);
        assertThat(stronger.signIn("sara", GOOD, null, STRANGER)).isInstanceOf(SignIn.Genuine.class);
        assertThat(store.find(sara.id()).orElseThrow().passwordHash()).contains("m=128,");
        assertThat(stronger.signIn("sara", GOOD, null, STRANGER)).isInstanceOf(SignIn.Genuine.class);
    }

    @Test
    void password_changed_needsThePresentOne() {
        User sara = active("sara");
        Actor own = new Actor(sara.id(), "192.0.2.1");
        assertThat(reason(users.changePassword(sara.id(), "wrong horse", "another good one", own)))
                .isEqualTo(UserResult.Reason.WRONG_PASSWORD);
        assertThatThrownBy(() -> users.changePassword(sara.id(), GOOD, "password", own))
                .isInstanceOf(InvalidInputException.class);
        assertThat(users.changePassword(sara.id(), GOOD, "another good one", own))
                .isInstanceOf(UserResult.Done.class);
        assertThat(signIn("sara", GOOD)).isEqualTo(new SignIn.Wrong());
        assertThat(signIn("sara", "another good one")).isInstanceOf(SignIn.Genuine.class);
        assertThat(letters.sent).contains("changed sara");
    }

    @Test
    void reset_oneLinkOnce_theLastOneOnly_andNotForEver() {
        active("sara");
        users.sendReset("nobody", STRANGER);
        users.sendReset("nobody@example.com", STRANGER);
        assertThat(letters.sent).containsExactly("welcome sara");

        users.sendReset("sara@example.com", STRANGER);
        String first = letters.token;
        users.sendReset("sara", STRANGER);
        String second = letters.token;
        for (String wrong : List.of("", "~", first, second + "x", second.substring(1), "u-1~" + "a".repeat(43))) {
            assertThat(reason(users.reset(wrong, "another good one", STRANGER))).isEqualTo(UserResult.Reason.LINK_OVER);
        }
        assertThatThrownBy(() -> users.reset(second, "password", STRANGER)).isInstanceOf(InvalidInputException.class);
        assertThat(users.reset(second, "another good one", STRANGER)).isInstanceOf(UserResult.Done.class);
        assertThat(reason(users.reset(second, "a third good one", STRANGER))).isEqualTo(UserResult.Reason.LINK_OVER);
        assertThat(signIn("sara", "another good one")).isInstanceOf(SignIn.Genuine.class);

        users.sendReset("sara", STRANGER);
        now = now.plus(Duration.ofMinutes(30));
        assertThat(reason(users.reset(letters.token, "a third good one", STRANGER)))
                .isEqualTo(UserResult.Reason.LINK_OVER);
        assertThat(told().toString()).doesNotContain(second.substring(second.indexOf('~') + 1));
    }

    @Test
    void roles_andStatus_butTheLastOwnerStays() {
        User owner = users.firstOwner("demo", "demo", "1234", profile("demo@example.com"))
                .orElseThrow();
        assertThat(users.firstOwner("demo2", "demo2", "1234", profile("demo2@example.com")))
                .isEmpty();
        assertThat(reason(users.deactivate(owner.id(), ADMIN))).isEqualTo(UserResult.Reason.LAST_OWNER);
        assertThat(reason(users.setRoles(owner.id(), Set.of(Role.ADMIN), ADMIN)))
                .isEqualTo(UserResult.Reason.LAST_OWNER);

        User sara = active("sara");
        users.setRoles(sara.id(), Set.of(Role.OWNER), ADMIN);
        assertThat(users.deactivate(owner.id(), ADMIN)).isInstanceOf(UserResult.Done.class);
        assertThat(signIn("demo", "1234")).isEqualTo(new SignIn.NotActive(UserStatus.DEACTIVATED));
        assertThat(reason(users.deactivate(sara.id(), ADMIN))).isEqualTo(UserResult.Reason.LAST_OWNER);
        assertThat(told())
                .contains(new UserEvent.RolesChanged(sara.id(), now, ADMIN, Set.of(Role.CLIENT), Set.of(Role.OWNER)));
    }

    @Test
    void provide_madeOnce_thenThePasswordFollowsTheSettings() {
        assertThat(users.provide("shop", "shop", "first", profile("shop@example.com"), Set.of(Role.CLIENT)))
                .isPresent();
        assertThat(users.provide("shop", "shop", "second", profile("other@example.com"), Set.of(Role.OWNER)))
                .isEmpty();
        assertThat(signIn("shop", "first")).isEqualTo(new SignIn.Wrong());
        assertThat(signIn("shop", "second")).isInstanceOf(SignIn.Genuine.class);
        assertThat(users.find("shop").orElseThrow().roles()).containsExactly(Role.CLIENT);
    }

    @Test
    void profile_changedInTheRightVersionOnly() {
        User sara = active("sara");
        active("omar");
        Actor own = new Actor(sara.id(), "192.0.2.1");
        assertThat(reason(users.changeProfile(sara.id(), 1L, profile("new@example.com"), own)))
                .isEqualTo(UserResult.Reason.CHANGED);
        assertThat(reason(users.changeProfile(sara.id(), null, profile("OMAR@example.com"), own)))
                .isEqualTo(UserResult.Reason.EMAIL_TAKEN);
        User changed = ((UserResult.Done) users.changeProfile(
                        sara.id(), sara.version(), new Profile("سارة", "new@example.com", "+965 2228 0000"), own))
                .user();
        assertThat(changed.phone()).isEqualTo("+96522280000");
        assertThat(reason(users.changeProfile("u-9", null, profile("x@example.com"), own)))
                .isEqualTo(UserResult.Reason.NOT_FOUND);
        assertThat(changed.toString()).doesNotContain("example").doesNotContain("سارة");
    }
}
