package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What something is to be done with: one object, or a model as a whole.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param model the kind of object, for example {@code payment}; 1 to 64 lower-case letters, digits and hyphens
 * @param id the object, or {@code null} for the model as a whole; 1 to 128 characters
 * @param owner the id of the user whose it is, or {@code null} where it is nobody's
 * @since 0.1
 */
public record Target(
        String model, @Nullable String id, @Nullable String owner) {
    private static final Pattern MODEL = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final int LONGEST_ID = 128;

    /**
     * Checks the form.
     *
     * @param model the kind of object
     * @param id the object, or {@code null}
     * @param owner whose it is, or {@code null}
     * @throws InvalidInputException if model or id are of another form
     */
    public Target {
        Objects.requireNonNull(model, "model");
        if (!MODEL.matcher(model).matches()) {
            throw new InvalidInputException("model", "has another form", "1 to 64 of a-z, 0-9 and -");
        }
        if (id != null && (id.isEmpty() || id.length() > LONGEST_ID)) {
            throw new InvalidInputException("object", "has " + id.length() + " characters", "1 to " + LONGEST_ID);
        }
    }

    /**
     * A model as a whole, everybody's objects.
     *
     * @param model the kind of object
     * @return the target
     * @throws InvalidInputException if it is of another form
     */
    public static Target all(String model) {
        return new Target(model, null, null);
    }

    /**
     * What a user has of a model, as a list of one's own or a new one.
     *
     * @param model the kind of object
     * @param owner the user
     * @return the target
     * @throws InvalidInputException if the model is of another form
     */
    public static Target ownOf(String model, String owner) {
        return new Target(model, null, Objects.requireNonNull(owner, "owner"));
    }
}
