package io.nestcms.cms.article;

import io.nestcms.cms.record.Position;
import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which articles to list, newest first.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param status only those of the status, or {@code null} for all
 * @param tag only those with the tag, or {@code null} for all
 * @param authorId only those that this one wrote last, or {@code null} for all
 * @param after where the page begins, or {@code null} for the first
 * @param size how many a page holds, 1 to 200
 * @since 0.1
 */
public record ArticleQuery(
        @Nullable ArticleStatus status,
        @Nullable String tag,
        @Nullable String authorId,
        @Nullable Position after,
        int size) {
    /**
     * Checks the size, and brings the tag into the form in which it is kept.
     *
     * @param status the status, or {@code null}
     * @param tag the tag, or {@code null}
     * @param authorId the author, or {@code null}
     * @param after where the page begins, or {@code null}
     * @param size how many a page holds
     * @throws InvalidInputException if the size is out of range or the tag is none
     */
    public ArticleQuery {
        if (size < 1 || size > 200) {
            throw new InvalidInputException("limit", "is out of range", "1 to 200");
        }
        tag = tag == null ? null : ArticleContent.tag(tag);
    }

    /**
     * The newest of all.
     *
     * @param size how many, 1 to 200
     * @return the query
     * @throws InvalidInputException if the size is out of range
     */
    public static ArticleQuery newest(int size) {
        return new ArticleQuery(null, null, null, null, size);
    }

    /**
     * Only those of a status.
     *
     * @param only the status, or {@code null} for all
     * @return the narrower query
     */
    public ArticleQuery in(@Nullable ArticleStatus only) {
        return new ArticleQuery(only, tag, authorId, after, size);
    }

    /**
     * Only those with a tag.
     *
     * @param only the tag, or {@code null} for all
     * @return the narrower query
     */
    public ArticleQuery tagged(@Nullable String only) {
        return new ArticleQuery(status, only, authorId, after, size);
    }

    /**
     * Only those that somebody wrote last.
     *
     * @param author the author's id, or {@code null} for all
     * @return the narrower query
     */
    public ArticleQuery by(@Nullable String author) {
        return new ArticleQuery(status, tag, author, after, size);
    }

    /**
     * The page behind a place.
     *
     * @param position the place, or {@code null} for the first page
     * @return the query for that page
     */
    public ArticleQuery after(@Nullable Position position) {
        return new ArticleQuery(status, tag, authorId, position, size);
    }
}
