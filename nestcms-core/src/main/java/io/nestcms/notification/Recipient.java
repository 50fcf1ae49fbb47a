package io.nestcms.notification;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person who is told, and how. Immutable. Personal data: {@link #toString()} shows the language only.
 *
 * @param name what they are called
 * @param email their address, or {@code null} when they are sent no mail
 * @param language in which they are written to; Arabic, and English for every other
 * @param browsers which asked for push messages
 * @param refused what they do not want to hear of
 * @since 0.1
 */
public record Recipient(
        String name, @Nullable String email, Locale language, List<PushReceiver> browsers, Set<Topic> refused) {
    /**
     * Copies the collections and checks that nothing that must be there is missing.
     *
     * @param name what they are called
     * @param email their address, or {@code null}
     * @param language in which they are written to
     * @param browsers which asked for push messages
     * @param refused what they do not want to hear of
     */
    public Recipient {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(language, "language");
        browsers = List.copyOf(browsers);
        refused = Set.copyOf(refused);
    }

    /**
     * Whether they want to hear of something.
     *
     * @param topic what
     * @return {@code false} when they refused it
     */
    public boolean wants(Topic topic) {
        return !refused.contains(topic);
    }

    @Override
    public String toString() {
        return "Recipient[" + language.toLanguageTag() + "]";
    }
}
