package io.nestcms.mongo;

import io.nestcms.access.Role;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.user.Actor;
import io.nestcms.cms.user.StoredUser;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserEvent;
import io.nestcms.cms.user.UserEvent.PasswordChanged;
import io.nestcms.cms.user.UserEvent.PasswordResetSent;
import io.nestcms.cms.user.UserEvent.ProfileChanged;
import io.nestcms.cms.user.UserEvent.RolesChanged;
import io.nestcms.cms.user.UserEvent.StatusChanged;
import io.nestcms.cms.user.UserEvent.UserRegistered;
import io.nestcms.cms.user.UserEvent.UserWelcomed;
import io.nestcms.cms.user.UserStatus;
import io.nestcms.crypto.FieldCipher;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Users as documents; with a cipher, names, addresses and numbers are sealed and keys are keyed hashes. */
final class UserDocuments extends NoticeDocuments<UserEvent> {
    static final String COLLECTION = "users";
    private static final Format FORMAT = Format.first(COLLECTION);
    private static final List<String> OPTIONAL = List.of("phone", "reset");

    private final @Nullable FieldCipher cipher;

    UserDocuments(@Nullable FieldCipher cipher) {
        super(FORMAT);
        this.cipher = cipher;
    }

    Document created(StoredUser user, List<Notice<UserEvent>> notices) {
        return created(user.user().id(), fields(user), user.user().updatedAt(), notices);
    }

    Document changed(StoredUser user, List<Notice<UserEvent>> notices) {
        return changed(fields(user), OPTIONAL, user.user().updatedAt(), notices);
    }

    @Override
    Document write(UserEvent event) {
        return typed(event)
                .append("by", event.by().id())
                .append("from", event.by().from());
    }

    private static Document typed(UserEvent event) {
        if (event instanceof UserRegistered) {
            return new Document("type", "registered");
        }
        if (event instanceof UserWelcomed) {
            return new Document("type", "welcomed");
        }
        if (event instanceof ProfileChanged) {
            return new Document("type", "profileChanged");
        }
        if (event instanceof RolesChanged changed) {
            return new Document("type", "rolesChanged")
                    .append("before", names(changed.before()))
                    .append("after", names(changed.after()));
        }
        if (event instanceof StatusChanged changed) {
            return new Document("type", "statusChanged")
                    .append("before", changed.before().name())
                    .append("after", changed.after().name());
        }
        if (event instanceof PasswordChanged changed) {
            return new Document("type", "passwordChanged").append("byLink", changed.byLink());
        }
        if (event instanceof PasswordResetSent) {
            return new Document("type", "passwordResetSent");
        }
        // sign-ins change no record
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    private static List<String> names(Set<Role> roles) {
        return roles.stream().map(Role::name).sorted().toList();
    }

    @Override
    UserEvent read(String key, Instant at, Stored event) {
        Actor by = new Actor(event.text("by"), event.text("from"));
        return switch (event.text("type")) {
            case "registered" -> new UserRegistered(key, at, by);
            case "welcomed" -> new UserWelcomed(key, at, by);
            case "profileChanged" -> new ProfileChanged(key, at, by);
            case "rolesChanged" ->
                new RolesChanged(
                        key,
                        at,
                        by,
                        Set.copyOf(event.texts("before", Role::valueOf)),
                        Set.copyOf(event.texts("after", Role::valueOf)));
            case "statusChanged" ->
                new StatusChanged(
                        key,
                        at,
                        by,
                        event.constant("before", UserStatus.class),
                        event.constant("after", UserStatus.class));
            case "passwordChanged" -> new PasswordChanged(key, at, by, event.flag("byLink"));
            case "passwordResetSent" -> new PasswordResetSent(key, at, by);
            default -> throw event.unreadable("type", null);
        };
    }

    private Document fields(StoredUser stored) {
        User user = stored.user();
        Document document = new Document("v", FORMAT.version())
                .append("usernameKey", key("usernameKey", stored.usernameKey()))
                .append("emailKey", key("emailKey", stored.emailKey()));
        seal(document, user.id(), "username", user.username());
        seal(document, user.id(), "email", user.email());
        seal(document, user.id(), "name", user.name());
        if (user.phone() != null) {
            seal(document, user.id(), "phone", user.phone());
        }
        document.append("roles", user.roles().stream().map(Role::name).toList())
                .append("status", user.status().name())
                .append("createdAt", Times.nanos(user.createdAt()))
                .append("updatedAt", Times.nanos(user.updatedAt()))
                .append("version", user.version())
                .append("passwordHash", stored.passwordHash());
        StoredUser.Reset reset = stored.reset();
        if (reset != null) {
            document.append(
                    "reset", new Document("hash", reset.tokenHash()).append("until", Times.nanos(reset.until())));
        }
        return document;
    }

    Object key(String field, String key) {
        return cipher == null ? key : new Binary(cipher.lookupHash(key, "user." + field));
    }

    private void seal(Document document, String id, String field, String value) {
        document.append(field, cipher == null ? value : new Binary(cipher.seal(value, context(id, field))));
    }

    private static String context(String id, String field) {
        return COLLECTION + "/" + id + "/" + field;
    }

    StoredUser user(Document document) {
        Stored stored = FORMAT.read(document);
        String id = stored.text("_id");
        Set<Role> roles = new HashSet<>(stored.texts("roles", Role::valueOf));
        Stored reset = stored.subOrNull("reset");
        return new StoredUser(
                new User(
                        id,
                        required(stored, id, "username"),
                        required(stored, id, "email"),
                        stored.sealedOrNull("phone", cipher, context(id, "phone")),
                        required(stored, id, "name"),
                        roles,
                        stored.constant("status", UserStatus.class),
                        stored.time("createdAt"),
                        stored.time("updatedAt"),
                        stored.number("version")),
                stored.text("passwordHash"),
                reset == null ? null : new StoredUser.Reset(reset.text("hash"), reset.time("until")));
    }

    private String required(Stored stored, String id, String field) {
        String value = stored.sealedOrNull(field, cipher, context(id, field));
        if (value == null) {
            throw stored.unreadable(field, null);
        }
        return Objects.requireNonNull(value);
    }
}
