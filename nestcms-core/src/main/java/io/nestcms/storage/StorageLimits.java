package io.nestcms.storage;

import io.nestcms.failure.InvalidInputException;
import java.util.Set;

/**
 * What a storage takes.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param mostBytes the largest file; above zero
 * @param contentTypes the types that are taken, by content; empty for all
 * @since 0.1
 */
public record StorageLimits(long mostBytes, Set<String> contentTypes) {
    /**
     * Checks the size, and copies the types.
     *
     * @param mostBytes the largest file
     * @param contentTypes the types that are taken
     * @throws InvalidInputException if the size is not above zero
     */
    public StorageLimits {
        if (mostBytes < 1) {
            throw new InvalidInputException("mostBytes", "is " + mostBytes, "above zero");
        }
        contentTypes = Set.copyOf(contentTypes);
    }

    /**
     * Every type, up to a size.
     *
     * @param mostBytes the largest file; above zero
     * @return the limits
     * @throws InvalidInputException if the size is not above zero
     */
    public static StorageLimits upTo(long mostBytes) {
        return new StorageLimits(mostBytes, Set.of());
    }
}
