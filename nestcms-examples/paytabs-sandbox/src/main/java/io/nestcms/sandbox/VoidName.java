package io.nestcms.sandbox;

/**
 * What queries and notifications call a void. The direct reply says {@code Void} in each case, as recorded.
 *
 * @since 0.1
 */
public enum VoidName {
    /** {@code Release} with {@code original_tran_type} Void for a part, {@code Void} for the whole. As recorded, and the default. */
    RELEASE_FOR_A_PART,
    /** {@code Release} with {@code original_tran_type} Void, for the whole too. */
    ALWAYS_RELEASE,
    /** {@code Void}, for a part too. */
    ALWAYS_VOID
}
