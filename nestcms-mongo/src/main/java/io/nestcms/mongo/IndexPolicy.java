package io.nestcms.mongo;

/**
 * What a start does about the indexes that the stores need, and about payments that it cannot read. Two of the indexes keep money
 * from being taken twice, so a start without them is one that somebody has asked for.
 *
 * @since 0.1
 */
public enum IndexPolicy {
    /**
     * Makes those that are missing and checks the others. One that cannot be made or means something else stops the start, and so
     * do payments under a key that this node does not have.
     */
    MAKE,
    /** Makes none, for a user without the right to. One that is missing stops the start, and all that stops it with {@link #MAKE}. */
    CHECK,
    /** Makes none and stops nothing; {@link NestMongo#health()} tells what is missing, be it an index or a key. */
    CHECK_LATER,
    /** Makes none and looks at none; whoever chooses this sees to the indexes, or does not write. */
    NONE
}
