package io.nestcms.server.notice;

import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserNotices;
import io.nestcms.notification.Email;
import io.nestcms.notification.EmailChannel;
import java.net.URI;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Letters to users about their accounts. They leave in the background, so that the time it takes tells nobody whether there is such a
 * user; one that is not taken is logged without its text, which may hold a secret, and its user asks again.
 */
final class UserLetters implements UserNotices {
    private static final Logger LOG = LoggerFactory.getLogger(UserLetters.class);

    private final EmailChannel channel;
    private final Executor executor;
    private final URI publicUrl;
    private final ResourceBundle words;

    UserLetters(EmailChannel channel, Executor executor, URI publicUrl, Locale language) {
        this.channel = channel;
        this.executor = executor;
        this.publicUrl = publicUrl;
        // the root bundle is English: never the language of the machine
        this.words = ResourceBundle.getBundle(
                "io.nestcms.server.notice.letters", language.getLanguage().equals("ar") ? language : Locale.ROOT);
    }

    @Override
    public void passwordReset(User user, String token) {
        send(user, "reset", "\n" + publicUrl + "/#reset=" + token);
    }

    @Override
    public void welcome(User user) {
        send(user, "welcome", "\n" + publicUrl);
    }

    @Override
    public void passwordChanged(User user) {
        send(user, "changed", "");
    }

    @Override
    public void alreadyRegistered(User user) {
        send(user, "taken", "");
    }

    private void send(User user, String kind, String link) {
        Email letter = new Email(
                kind + "." + UUID.randomUUID(),
                user.email(),
                words.getString(kind + ".subject"),
                words.getString(kind + ".text") + link,
                null,
                null);
        executor.execute(() -> deliver(letter));
    }

    private void deliver(Email letter) {
        try {
            channel.send(letter);
        } catch (RuntimeException broken) {
            LOG.error("The letter {} was not sent", letter.id(), broken);
        }
    }
}
