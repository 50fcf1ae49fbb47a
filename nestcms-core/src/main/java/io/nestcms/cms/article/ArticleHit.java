package io.nestcms.cms.article;

import java.util.Comparator;
import java.util.Objects;

/**
 * An article that a search found.
 *
 * @param article the article
 * @param score how well it answers; only to be compared within one search
 * @since 0.1
 */
public record ArticleHit(Article article, int score) {
    /** The best first; of equal ones what was published last. */
    public static final Comparator<ArticleHit> BEST_FIRST = Comparator.comparingInt(ArticleHit::score)
            .thenComparing(hit -> hit.article().publishedAt(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(hit -> hit.article().id().value())
            .reversed();

    /**
     * Checks that the article is there.
     *
     * @param article the article
     * @param score how well it answers
     */
    public ArticleHit {
        Objects.requireNonNull(article, "article");
    }
}
