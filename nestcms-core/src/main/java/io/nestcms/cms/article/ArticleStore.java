package io.nestcms.cms.article;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.List;
import java.util.Optional;

/**
 * Where articles are kept, with their earlier versions: a port. State and the events that tell of it go into one write; no two
 * articles have one slug.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ArticleStoreContract}.
 *
 * @since 0.1
 */
public interface ArticleStore {
    /** How many earlier versions of an article are kept; older ones go. */
    int VERSIONS = 100;

    /** How many articles a search looks at, at most, beside those that it gives. */
    int EXAMINED = 500;

    /**
     * Puts a new article on record.
     *
     * @param article the article, of version 1
     * @param notices the events that tell of it, in the same write
     * @return false, with nothing written, when the id or the slug is taken
     */
    boolean insert(Article article, List<Notice<ArticleEvent>> notices);

    /**
     * Replaces an article if the record is still of the version before, which is kept among the earlier versions.
     *
     * @param before the article as it was read
     * @param after the article, one version on
     * @param notices the events that tell of the change, in the same write; put behind those that wait
     * @return false, with nothing changed, when somebody else was faster or the slug is another's
     */
    boolean replace(Article before, Article after, List<Notice<ArticleEvent>> notices);

    /**
     * An article by its id.
     *
     * @param id its id
     * @return the latest record, or empty when there is none
     */
    Optional<Article> find(ArticleId id);

    /**
     * An article by its name in addresses.
     *
     * @param slug the name
     * @return the latest record, or empty when there is none
     */
    Optional<Article> findBySlug(Slug slug);

    /**
     * A page of articles.
     *
     * @param query which
     * @return newest first
     */
    List<Article> list(ArticleQuery query);

    /**
     * The earlier versions of an article.
     *
     * @param id the article
     * @param limit at most how many
     * @return the latest first; without the present one
     */
    List<Article> versions(ArticleId id, int limit);

    /**
     * An earlier version.
     *
     * @param id the article
     * @param version its number
     * @return empty when it is not kept, or is the present one
     */
    Optional<Article> version(ArticleId id, long version);

    /**
     * The published articles that have every word, the best first; of equal ones what was published last. Of a word that very many
     * articles have, {@link #EXAMINED} are looked at: those with the best places, and of these the latest.
     *
     * @param words from {@link ArticleTerms#asked}
     * @param limit at most how many, 1 to 50
     * @return none when there are no words
     */
    List<ArticleHit> search(List<String> words, int limit);

    /**
     * The events of these articles.
     *
     * @return the outbox over the same records
     */
    Notices<ArticleEvent> outbox();
}
