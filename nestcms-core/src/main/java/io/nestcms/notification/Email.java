package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mail to one receiver. Immutable. Personal data: {@link #toString()} shows its id only.
 *
 * @param id the same for every try of the same mail, so that a reader's mail program can drop a second copy; 1 to 120 of
 *     {@code A-Z a-z 0-9 . _ -}
 * @param to the receiver's address
 * @param subject one line
 * @param text the mail as plain text
 * @param html the mail as HTML, or {@code null} for plain text alone
 * @param unsubscribe where one request, without a question, ends mails of this kind (RFC 8058), or {@code null}
 * @since 0.1
 */
public record Email(
        String id,
        String to,
        String subject,
        String text,
        @Nullable String html,
        @Nullable URI unsubscribe) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,120}");
    /** No control character, so no second header; what else an address may be is for the mail server to say. */
    private static final Pattern ADDRESS =
            Pattern.compile("[^\\p{Cc}\\p{Z}<>,;:\"@]{1,64}@[^\\p{Cc}\\p{Z}<>,;:\"@]{1,189}");

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    /**
     * Checks the forms.
     *
     * @param id names the mail
     * @param to the receiver's address
     * @param subject one line
     * @param text the mail as plain text
     * @param html the mail as HTML, or {@code null}
     * @param unsubscribe ends mails of this kind, or {@code null}
     * @throws InvalidInputException if one of them has another form; the message does not repeat an address
     */
    public Email {
        Objects.requireNonNull(text, "text");
        if (!ID.matcher(id).matches()) {
            throw new InvalidInputException("id", "has another form", "1 to 120 of A-Z a-z 0-9 . _ -");
        }
        if (!ADDRESS.matcher(to).matches()) {
            throw new InvalidInputException(
                    "to", "is no address", "one name, one @ and one host, without spaces or controls");
        }
        if (subject.isBlank() || CONTROL.matcher(subject).find()) {
            throw new InvalidInputException("subject", "is blank or has control characters", "one line of text");
        }
    }

    @Override
    public String toString() {
        return "Email[" + id + "]";
    }
}
