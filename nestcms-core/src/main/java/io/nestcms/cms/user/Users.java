package io.nestcms.cms.user;

import io.nestcms.access.PasswordHasher;
import io.nestcms.access.PasswordRules;
import io.nestcms.access.Role;
import io.nestcms.access.SignInThrottle;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.report.Reports;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users from registration to deactivation, and whether a name and a password belong together. Who may do what to whom is not
 * asked here but of an {@link io.nestcms.access.AccessPolicy}, before.
 *
 * <p>User names and addresses are unique after folding: NFKC, upper and lower case, and for names also Cyrillic and Greek letters
 * that look like Latin ones; a name has letters of one script only.
 *
 * <p>Safe for use by many threads. Comparing passwords is bounded: one at a time for each processor and one more for browsers that
 * are known, others wait their turn for up to 15 seconds.
 *
 * @since 0.1
 */
public final class Users {
    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 12;
    private static final Actor SETTINGS = new Actor("system:settings", "start");
    private static final int LONGEST_PASSWORD = 512;
    private static final int LONGEST_LOGIN = 254;
    private static final int TRIES = 5;
    private static final Duration TURN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final UserStore store;
    private final PasswordHasher hasher;
    private final PasswordRules rules;
    private final SignInThrottle throttle;
    private final UserNotices notices;
    private final Consumer<? super UserEvent> listener;
    private final Clock clock;
    private final SecureRandom random;
    private final Duration resetLife;
    private final Semaphore turns;
    private final Semaphore ownTurns;
    private final String nobody;

    private Users(Builder builder) {
        this.store = builder.store;
        this.hasher = builder.hasher;
        this.rules = PasswordRules.standard();
        this.throttle = SignInThrottle.create(builder.clock);
        this.notices = builder.notices;
        this.listener = builder.listener;
        this.clock = builder.clock;
        this.random = builder.random;
        this.resetLife = builder.resetLife;
        // in the order of arrival: a flood makes others wait their turn and no longer
        this.turns = new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()), true);
        // behind a mark there are few, and no stranger: they do not wait behind a flood
        this.ownTurns = new Semaphore(1, true);
        this.nobody = hasher.hash(secret(SECRET_BYTES));
    }

    /**
     * Starts with what has no default.
     *
     * @param store where users are kept
     * @param hasher makes and compares the kept passwords
     * @param notices tells users what they must hear
     * @return a builder
     */
    public static Builder builder(UserStore store, PasswordHasher hasher, UserNotices notices) {
        return new Builder(store, hasher, notices);
    }

    /**
     * Registers somebody as a client who waits to be let in. Takes as long where name or address are taken.
     *
     * @param username the name that signs in
     * @param password the password
     * @param profile the rest
     * @param by who asks
     * @return the user, in status {@link UserStatus#PENDING}; or that name or address are taken, the latter told to the user whose
     *     it is
     * @throws InvalidInputException if a part is of another form, or the password is not taken
     */
    public UserResult register(String username, String password, Profile profile, Actor by) {
        return create(username, password, profile, Set.of(Role.CLIENT), UserStatus.PENDING, by);
    }

    /**
     * Makes a user who may sign in at once, as an admin does for a colleague.
     *
     * @param username the name that signs in
     * @param password the first password
     * @param profile the rest
     * @param roles what the user is
     * @param by who does
     * @return the user, or that name or address are taken
     * @throws InvalidInputException if a part is of another form, or the password is not taken
     */
    public UserResult add(String username, String password, Profile profile, Set<Role> roles, Actor by) {
        return create(username, password, profile, roles, UserStatus.ACTIVE, by);
    }

    private UserResult create(
            String username, String password, Profile profile, Set<Role> roles, UserStatus status, Actor by) {
        rules.check(password, List.of(username, profile.email()));
        Instant now = clock.instant();
        User user = new User(
                "u-" + secret(ID_BYTES),
                username,
                profile.email(),
                profile.phone(),
                profile.name(),
                roles,
                status,
                now,
                now,
                1);
        StoredUser stored = new StoredUser(user, hash(password), null);
        UserEvent registered = new UserEvent.UserRegistered(user.id(), now, by);
        UserEvent welcomed = new UserEvent.UserWelcomed(user.id(), now, by);
        boolean isIn = status == UserStatus.ACTIVE;
        return switch (store.insert(stored, told(user, isIn ? List.of(registered, welcomed) : List.of(registered)))) {
            case DONE -> {
                if (isIn) {
                    notice(() -> notices.welcome(user));
                }
                yield new UserResult.Done(user);
            }
            case USERNAME_TAKEN -> new UserResult.Refused(UserResult.Reason.USERNAME_TAKEN);
            case EMAIL_TAKEN -> {
                store.findByEmail(stored.emailKey())
                        .ifPresent(other -> notice(() -> notices.alreadyRegistered(other.user())));
                yield new UserResult.Refused(UserResult.Reason.EMAIL_TAKEN);
            }
            case CHANGED ->
                throw new IllegalStateException("a random id was taken: the source of randomness is broken");
        };
    }

    /**
     * Makes the first owner, if nobody owns the system yet. Repeatable, on every node.
     *
     * @param id the id that the owner is to have
     * @param username the name that signs in
     * @param password the password; the rules of others are not asked, so that one from a setting is taken as it is
     * @param profile the rest
     * @return the owner that was made, or empty where there is one
     * @throws InvalidInputException if a part is of another form
     */
    public Optional<User> firstOwner(String id, String username, String password, Profile profile) {
        if (!store.list(new UserQuery(null, Role.OWNER, null, 1)).isEmpty()) {
            return Optional.empty();
        }
        return provide(id, username, password, profile, Set.of(Role.OWNER, Role.ADMIN, Role.CLIENT));
    }

    /**
     * Makes a user whom the settings name, or sets the password as they say where it is another one. Repeatable, on every node.
     *
     * @param id the id that the user is to have
     * @param username the name that signs in
     * @param password the password; the rules of others are not asked, so that one from a setting is taken as it is
     * @param profile the rest, for a user that is made
     * @param roles what a user that is made is
     * @return the user if it was made, or empty where it was there, or its name or address are another's
     * @throws InvalidInputException if a part is of another form
     */
    public Optional<User> provide(String id, String username, String password, Profile profile, Set<Role> roles) {
        Instant now = clock.instant();
        StoredUser found = store.find(id).orElse(null);
        if (found != null) {
            if (!hasher.matches(password, found.passwordHash())) {
                User same = found.user().with(now, found.user().status());
                UserEvent changed = new UserEvent.PasswordChanged(id, now, SETTINGS, false);
                store.replace(new StoredUser(same, hasher.hash(password), null), told(same, List.of(changed)));
            }
            return Optional.empty();
        }
        User user = new User(
                id, username, profile.email(), profile.phone(), profile.name(), roles, UserStatus.ACTIVE, now, now, 1);
        List<UserEvent> registered = List.of(new UserEvent.UserRegistered(id, now, SETTINGS));
        UserStore.Saved saved = store.insert(new StoredUser(user, hasher.hash(password), null), told(user, registered));
        return saved == UserStore.Saved.DONE ? Optional.of(user) : Optional.empty();
    }

    /**
     * Whether name and password belong together. An unknown name takes as long as a wrong password. A kept hash that is weaker
     * than the hasher's is made anew.
     *
     * @param login user name or address
     * @param password what was typed
     * @param mark tells the browser from others, checked to be one that this {@code login} was given, or {@code null}
     * @param by from where
     * @return how it ended
     */
    public SignIn signIn(String login, String password, @Nullable String mark, Actor by) {
        SignIn ended = check(login, password, mark, by);
        if (ended instanceof SignIn.Genuine it) {
            tell(new UserEvent.UserSignedIn(
                    it.user().id(), clock.instant(), new Actor(it.user().id(), by.from())));
        }
        return ended;
    }

    private SignIn check(String login, String password, @Nullable String mark, Actor by) {
        if (login.length() > LONGEST_LOGIN || password.length() > LONGEST_PASSWORD) {
            return new SignIn.Wrong();
        }
        SignInThrottle.Attempt attempt = new SignInThrottle.Attempt(loginKey(login), by.from(), mark);
        Duration wait = throttle.admit(attempt);
        if (!wait.isZero()) {
            // no event: anybody can cause as many of these as they like, and the failures before are on record
            return new SignIn.Later(wait);
        }
        Semaphore turn = mark == null ? turns : ownTurns;
        if (!takeTurn(turn)) {
            throttle.undo(attempt);
            return new SignIn.Later(SOON);
        }
        SignIn ended;
        try {
            ended = compare(login, password, by);
        } catch (Throwable broken) {
            throttle.undo(attempt);
            throw broken;
        } finally {
            turn.release();
        }
        if (!(ended instanceof SignIn.Wrong)) {
            throttle.succeeded(attempt);
        }
        return ended;
    }

    /**
     * The one form in which what somebody signs in with is compared: what a mark is bound to.
     *
     * @param login user name or address
     * @return the folded form
     */
    public static String loginKey(String login) {
        return login.contains("@") ? Folding.emailKey(login) : Folding.usernameKey(login);
    }

    private static boolean takeTurn(Semaphore turns) {
        try {
            return turns.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private SignIn compare(String login, String password, Actor by) {
        StoredUser found = (login.contains("@")
                        ? store.findByEmail(loginKey(login))
                        : store.findByUsername(loginKey(login)))
                .orElse(null);
        boolean matches = hasher.matches(password, found == null ? nobody : found.passwordHash());
        Instant now = clock.instant();
        if (found == null || !matches) {
            String who = found == null ? "unknown" : found.user().id();
            tell(new UserEvent.SignInRefused(who, now, by, "wrong name or password"));
            return new SignIn.Wrong();
        }
        User user = found.user();
        if (user.status() != UserStatus.ACTIVE) {
            tell(new UserEvent.SignInRefused(user.id(), now, by, "status " + user.status()));
            return new SignIn.NotActive(user.status());
        }
        if (hasher.isOutdated(found.passwordHash())) {
            User same = user.with(user.updatedAt(), user.status());
            // lost against another change, it is done at the next sign-in
            StoredUser stronger = new StoredUser(same, hasher.hash(password), found.reset());
            if (store.replace(stronger, List.of()) == UserStore.Saved.DONE) {
                user = same;
            }
        }
        return new SignIn.Genuine(user);
    }

    /**
     * A user.
     *
     * @param id the id
     * @return empty where there is none
     */
    public Optional<User> find(String id) {
        return store.find(id).map(StoredUser::user);
    }

    /**
     * A part of the users.
     *
     * @param query which
     * @return in the order of their ids
     */
    public List<User> list(UserQuery query) {
        return store.list(query);
    }

    /**
     * Changes name, address and number.
     *
     * @param id the user
     * @param version the version that the change is about, or {@code null} for whichever there is
     * @param profile the new ones
     * @param by who does
     * @return the user, or why not
     * @throws InvalidInputException if a part is of another form
     */
    public UserResult changeProfile(String id, @Nullable Long version, Profile profile, Actor by) {
        return change(
                id,
                version,
                user -> true,
                user -> user.changed(clock.instant(), profile),
                (before, after) -> List.of(new UserEvent.ProfileChanged(id, after.updatedAt(), by)));
    }

    /**
     * Lets a user in: one that waits, or one that was deactivated. Repeatable.
     *
     * @param id the user
     * @param by who does
     * @return the user, or why not
     */
    public UserResult activate(String id, Actor by) {
        return change(
                id,
                null,
                user -> true,
                user -> user.status() == UserStatus.ACTIVE ? user : user.with(clock.instant(), UserStatus.ACTIVE),
                (before, after) -> {
                    UserEvent changed =
                            new UserEvent.StatusChanged(id, after.updatedAt(), by, before.status(), after.status());
                    return isLetIn(before, after)
                            ? List.of(changed, new UserEvent.UserWelcomed(id, after.updatedAt(), by))
                            : List.of(changed);
                });
    }

    /**
     * Lets a user sign in no longer. Ending the sessions is for whoever keeps them. Repeatable.
     *
     * @param id the user
     * @param by who does
     * @return the user, or why not: the last owner stays
     */
    public UserResult deactivate(String id, Actor by) {
        return change(
                id,
                null,
                user -> !isLastOwner(user),
                user -> user.status() == UserStatus.DEACTIVATED
                        ? user
                        : user.with(clock.instant(), UserStatus.DEACTIVATED),
                (before, after) -> List.of(
                        new UserEvent.StatusChanged(id, after.updatedAt(), by, before.status(), after.status())));
    }

    /**
     * Makes a user something else. Repeatable.
     *
     * @param id the user
     * @param roles what the user is from now on; at least one
     * @param by who does
     * @return the user, or why not: the last owner stays one
     * @throws InvalidInputException if there are no roles
     */
    public UserResult setRoles(String id, Set<Role> roles, Actor by) {
        return change(
                id,
                null,
                user -> roles.contains(Role.OWNER) || !isLastOwner(user),
                user -> user.roles().equals(roles) ? user : user.with(clock.instant(), roles),
                (before, after) ->
                        List.of(new UserEvent.RolesChanged(id, after.updatedAt(), by, before.roles(), after.roles())));
    }

    private boolean isLastOwner(User user) {
        return user.roles().contains(Role.OWNER)
                && user.status() == UserStatus.ACTIVE
                && store.list(new UserQuery(UserStatus.ACTIVE, Role.OWNER, null, 2))
                                .size()
                        < 2;
    }

    private static boolean isLetIn(User before, User after) {
        return before.status() == UserStatus.PENDING && after.status() == UserStatus.ACTIVE;
    }

    private UserResult change(
            String id,
            @Nullable Long version,
            Predicate<User> allowed,
            Function<User, User> how,
            BiFunction<User, User, List<UserEvent>> events) {
        for (int tried = 0; tried < TRIES; tried++) {
            StoredUser before = store.find(id).orElse(null);
            if (before == null) {
                return new UserResult.Refused(UserResult.Reason.NOT_FOUND);
            }
            if (version != null && before.user().version() != version) {
                return new UserResult.Refused(UserResult.Reason.CHANGED);
            }
            if (!allowed.test(before.user())) {
                return new UserResult.Refused(UserResult.Reason.LAST_OWNER);
            }
            User after = how.apply(before.user());
            if (after.equals(before.user())) {
                return new UserResult.Done(after);
            }
            switch (store.replace(before.with(after), told(after, events.apply(before.user(), after)))) {
                case DONE -> {
                    if (isLetIn(before.user(), after)) {
                        notice(() -> notices.welcome(after));
                    }
                    return new UserResult.Done(after);
                }
                case USERNAME_TAKEN -> {
                    return new UserResult.Refused(UserResult.Reason.USERNAME_TAKEN);
                }
                case EMAIL_TAKEN -> {
                    return new UserResult.Refused(UserResult.Reason.EMAIL_TAKEN);
                }
                case CHANGED -> LOG.debug("User {} was changed meanwhile; looking again", id);
            }
        }
        return new UserResult.Refused(UserResult.Reason.CHANGED);
    }

    /**
     * Changes the password of somebody who knows the present one. Wrong ones are counted as at a sign-in.
     *
     * @param id the user
     * @param present the present password
     * @param next the new one
     * @param by who does
     * @return the user, or why not
     * @throws InvalidInputException if the new password is not taken
     */
    public UserResult changePassword(String id, String present, String next, Actor by) {
        StoredUser found = store.find(id).orElse(null);
        if (found == null) {
            return new UserResult.Refused(UserResult.Reason.NOT_FOUND);
        }
        rules.check(next, List.of(found.user().username(), found.user().email()));
        SignIn known = check(found.user().username(), present, null, by);
        if (!(known instanceof SignIn.Genuine)) {
            return new UserResult.Refused(UserResult.Reason.WRONG_PASSWORD);
        }
        return replacePassword(id, next, null, by);
    }

    /**
     * Sends a link to whoever forgot the password. Nothing tells whether there is such a user.
     *
     * @param login user name or address
     * @param by who asks
     */
    public void sendReset(String login, Actor by) {
        if (login.length() > LONGEST_LOGIN) {
            return;
        }
        StoredUser found = (login.contains("@")
                        ? store.findByEmail(loginKey(login))
                        : store.findByUsername(loginKey(login)))
                .orElse(null);
        if (found == null || found.user().status() != UserStatus.ACTIVE) {
            return;
        }
        Instant now = clock.instant();
        String secret = secret(SECRET_BYTES);
        User same = found.user().with(now, found.user().status());
        StoredUser.Reset reset = new StoredUser.Reset(sha256(secret), now.plus(resetLife));
        List<UserEvent> asked = List.of(new UserEvent.PasswordResetSent(same.id(), now, by));
        StoredUser next = new StoredUser(same, found.passwordHash(), reset);
        if (store.replace(next, told(same, asked)) == UserStore.Saved.DONE) {
            notice(() -> notices.passwordReset(same, same.id() + "~" + secret));
        }
    }

    /**
     * Sets the password of whoever has a link. A link works once, and the one that was asked for last.
     *
     * @param token the secret of the link
     * @param next the new password
     * @param by who does
     * @return the user, or {@link UserResult.Reason#LINK_OVER}
     * @throws InvalidInputException if the password is not taken; the link still works
     */
    public UserResult reset(String token, String next, Actor by) {
        int end = token.indexOf('~');
        StoredUser found = end < 1 || token.length() > LONGEST_LOGIN
                ? null
                : store.find(token.substring(0, end)).orElse(null);
        String hash = found == null ? "" : sha256(token.substring(end + 1));
        StoredUser.Reset reset = found == null ? null : found.reset();
        if (found == null
                || reset == null
                || !clock.instant().isBefore(reset.until())
                || found.user().status() != UserStatus.ACTIVE
                || !MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.US_ASCII),
                        reset.tokenHash().getBytes(StandardCharsets.US_ASCII))) {
            return new UserResult.Refused(UserResult.Reason.LINK_OVER);
        }
        rules.check(next, List.of(found.user().username(), found.user().email()));
        return replacePassword(
                found.user().id(), next, reset, new Actor(found.user().id(), by.from()));
    }

    /** With a reset, only while that one still stands: two uses of one link at once are one. */
    private UserResult replacePassword(String id, String next, StoredUser.@Nullable Reset used, Actor by) {
        String hash = hash(next);
        for (int tried = 0; tried < TRIES; tried++) {
            StoredUser found = store.find(id).orElse(null);
            if (found == null || (used != null && !used.equals(found.reset()))) {
                return new UserResult.Refused(UserResult.Reason.LINK_OVER);
            }
            Instant now = clock.instant();
            User same = found.user().with(now, found.user().status());
            List<UserEvent> changed = List.of(new UserEvent.PasswordChanged(id, now, by, used != null));
            if (store.replace(new StoredUser(same, hash, null), told(same, changed)) == UserStore.Saved.DONE) {
                notice(() -> notices.passwordChanged(same));
                return new UserResult.Done(same);
            }
        }
        return new UserResult.Refused(UserResult.Reason.CHANGED);
    }

    private String hash(String password) {
        turns.acquireUninterruptibly();
        try {
            return hasher.hash(password);
        } finally {
            turns.release();
        }
    }

    /** What goes into the write of this version. */
    private static List<Notice<UserEvent>> told(User user, List<UserEvent> events) {
        return Notice.ofVersion(user.id(), user.version(), user.updatedAt(), events);
    }

    /** Of what changes no record. */
    private void tell(UserEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable broken) {
            // a listener's fault must not make a sign-in look as if it had ended otherwise
            Reports.failed(LOG, "The listener of users failed", event.getClass().getSimpleName(), broken);
        }
    }

    private void notice(Runnable sending) {
        try {
            sending.run();
        } catch (Throwable broken) {
            Reports.failed(LOG, "A notice to a user could not be sent", null, broken);
        }
    }

    private String secret(int bytes) {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is not offered by this Java runtime", impossible);
        }
    }

    /**
     * Collects options.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final UserStore store;
        private final PasswordHasher hasher;
        private final UserNotices notices;
        private Consumer<? super UserEvent> listener = event -> {};
        private Clock clock = Clock.systemUTC();
        private SecureRandom random = new SecureRandom();
        private Duration resetLife = Duration.ofMinutes(30);

        private Builder(UserStore store, PasswordHasher hasher, UserNotices notices) {
            this.store = Objects.requireNonNull(store, "store");
            this.hasher = Objects.requireNonNull(hasher, "hasher");
            this.notices = Objects.requireNonNull(notices, "notices");
        }

        /**
         * Hears of sign-ins, which change no record; for example {@code bus::publish}. What it throws is logged. Default: nobody
         * does. What tells of a change is in the same write, and delivered from {@link UserStore#outbox()}.
         *
         * @param given the listener
         * @return this
         */
        public Builder listener(Consumer<? super UserEvent> given) {
            this.listener = Objects.requireNonNull(given, "listener");
            return this;
        }

        /**
         * Tells the time. Default: the system's clock.
         *
         * @param source the clock
         * @return this
         */
        public Builder clock(Clock source) {
            this.clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Makes ids and secrets. Default: the system's.
         *
         * @param source cryptographically strong
         * @return this
         */
        public Builder random(SecureRandom source) {
            this.random = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * How long a link for a forgotten password works. Default: 30 minutes.
         *
         * @param life above zero, at most a day
         * @return this
         * @throws InvalidInputException if it is out of range
         */
        public Builder resetLife(Duration life) {
            if (life.isNegative() || life.isZero() || life.compareTo(Duration.ofDays(1)) > 0) {
                throw new InvalidInputException("resetLife", "is " + life, "above zero, at most a day");
            }
            this.resetLife = life;
            return this;
        }

        /**
         * The service.
         *
         * @return a service
         */
        public Users build() {
            return new Users(this);
        }
    }
}
