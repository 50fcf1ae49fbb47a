package io.nestcms.cms.article;

import java.util.Map;
import java.util.Optional;

/**
 * Where an article stands, with the one table of legal moves.
 *
 * @since 0.1
 */
public enum ArticleStatus {
    /** Being written. */
    DRAFT,
    /** For everybody to read. */
    PUBLISHED,
    /** Put away. */
    ARCHIVED;

    private static final Map<ArticleStatus, Map<ArticleAction, ArticleStatus>> MOVES = Map.of(
            DRAFT, Map.of(ArticleAction.PUBLISH, PUBLISHED, ArticleAction.ARCHIVE, ARCHIVED),
            PUBLISHED, Map.of(ArticleAction.WITHDRAW, DRAFT, ArticleAction.ARCHIVE, ARCHIVED),
            ARCHIVED, Map.of(ArticleAction.WITHDRAW, DRAFT));

    /**
     * Where an action leads.
     *
     * @param action the action
     * @return the next status, or empty when the action is not legal here
     */
    public Optional<ArticleStatus> after(ArticleAction action) {
        return Optional.ofNullable(MOVES.getOrDefault(this, Map.of()).get(action));
    }
}
