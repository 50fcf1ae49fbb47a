package io.nestcms.cms.article;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened to an article. Recorded in the same write as the change that it tells of, and delivered at least once, in
 * order per article.
 *
 * <p>All are immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ArticleEvent {
    /**
     * The article.
     *
     * @return our name for it
     */
    ArticleId articleId();

    /**
     * When it was recorded.
     *
     * @return by the clock of the node that recorded it
     */
    Instant at();

    /**
     * An article was drafted.
     *
     * @param articleId the article
     * @param at when it was recorded
     */
    record ArticleDrafted(ArticleId articleId, Instant at) implements ArticleEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param articleId the article
         * @param at when it was recorded
         */
        public ArticleDrafted {
            Objects.requireNonNull(articleId, "articleId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * It says something else than before.
     *
     * @param articleId the article
     * @param at when it was recorded
     * @param status where it stands
     */
    record ArticleRevised(ArticleId articleId, Instant at, ArticleStatus status) implements ArticleEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param articleId the article
         * @param at when it was recorded
         * @param status where it stands
         */
        public ArticleRevised {
            Objects.requireNonNull(articleId, "articleId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(status, "status");
        }
    }

    /**
     * Everybody may read it.
     *
     * @param articleId the article
     * @param at when it was recorded
     * @param slug its name in addresses
     */
    record ArticlePublished(ArticleId articleId, Instant at, Slug slug) implements ArticleEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param articleId the article
         * @param at when it was recorded
         * @param slug its name in addresses
         */
        public ArticlePublished {
            Objects.requireNonNull(articleId, "articleId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(slug, "slug");
        }
    }

    /**
     * Nobody but its writers may read it any more.
     *
     * @param articleId the article
     * @param at when it was recorded
     * @param status where it stands
     */
    record ArticleUnpublished(ArticleId articleId, Instant at, ArticleStatus status) implements ArticleEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param articleId the article
         * @param at when it was recorded
         * @param status where it stands
         */
        public ArticleUnpublished {
            Objects.requireNonNull(articleId, "articleId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(status, "status");
        }
    }
}
