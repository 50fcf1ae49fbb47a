package io.nestcms.cms.article;

import io.nestcms.cms.outbox.InMemoryNotices;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An {@link ArticleStore} in memory: the reference for the contract.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryArticleStore implements ArticleStore {
    private final Map<ArticleId, Article> articles = new HashMap<>();
    private final Map<ArticleId, Deque<Article>> earlier = new HashMap<>();
    private final InMemoryNotices<ArticleEvent> outbox = new InMemoryNotices<>();

    /** An empty store. */
    public InMemoryArticleStore() {}

    @Override
    public synchronized boolean insert(Article article, List<Notice<ArticleEvent>> notices) {
        if (articles.containsKey(article.id()) || isAnothers(article)) {
            return false;
        }
        put(article, notices);
        return true;
    }

    @Override
    public synchronized boolean replace(Article before, Article after, List<Notice<ArticleEvent>> notices) {
        Article present = articles.get(after.id());
        if (present == null || present.version() != after.version() - 1 || isAnothers(after)) {
            return false;
        }
        Deque<Article> kept = earlier.computeIfAbsent(after.id(), id -> new ArrayDeque<>());
        kept.addFirst(before);
        while (kept.size() > VERSIONS) {
            kept.removeLast();
        }
        put(after, notices);
        return true;
    }

    private boolean isAnothers(Article article) {
        return findBySlug(article.content().slug())
                .map(other -> !other.id().equals(article.id()))
                .orElse(false);
    }

    private void put(Article article, List<Notice<ArticleEvent>> notices) {
        articles.put(article.id(), article);
        outbox.add(article.id().value(), notices, article.updatedAt());
    }

    @Override
    public synchronized Optional<Article> find(ArticleId id) {
        return Optional.ofNullable(articles.get(id));
    }

    @Override
    public synchronized Optional<Article> findBySlug(Slug slug) {
        return articles.values().stream()
                .filter(article -> article.content().slug().equals(slug))
                .findFirst();
    }

    @Override
    public synchronized List<Article> list(ArticleQuery query) {
        return articles.values().stream()
                .filter(article -> query.status() == null || article.status() == query.status())
                .filter(article ->
                        query.tag() == null || article.content().tags().contains(query.tag()))
                .filter(article ->
                        query.authorId() == null || article.authorId().equals(query.authorId()))
                .filter(article -> query.after() == null
                        || query.after()
                                .isBefore(article.createdAt(), article.id().value()))
                .sorted(Comparator.comparing(Article::createdAt)
                        .thenComparing(article -> article.id().value())
                        .reversed())
                .limit(query.size())
                .toList();
    }

    @Override
    public synchronized List<Article> versions(ArticleId id, int limit) {
        return earlier.getOrDefault(id, new ArrayDeque<>()).stream()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<Article> version(ArticleId id, long version) {
        return earlier.getOrDefault(id, new ArrayDeque<>()).stream()
                .filter(article -> article.version() == version)
                .findFirst();
    }

    @Override
    public synchronized List<ArticleHit> search(List<String> words, int limit) {
        return articles.values().stream()
                .filter(article -> article.status() == ArticleStatus.PUBLISHED)
                .map(article -> new ArticleHit(article, ArticleTerms.score(Set.copyOf(article.terms()), words)))
                .filter(hit -> hit.score() > 0)
                .sorted(ArticleHit.BEST_FIRST)
                .limit(limit)
                .toList();
    }

    @Override
    public Notices<ArticleEvent> outbox() {
        return outbox;
    }
}
