package io.nestcms.cms.article;

import io.nestcms.cms.article.ArticleEvent.ArticleDrafted;
import io.nestcms.cms.article.ArticleEvent.ArticlePublished;
import io.nestcms.cms.article.ArticleEvent.ArticleRevised;
import io.nestcms.cms.article.ArticleEvent.ArticleUnpublished;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.record.Edit;
import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes, publishes and finds articles: the entry of this package. HTML is cleaned before it is kept, so that every reader of the store
 * gets it safe.
 *
 * <p>Every change takes the version that it was made from, or {@code null} for any: who looked at an older one changes nothing. Safe
 * for use by many threads and on many nodes.
 *
 * @since 0.1
 */
public final class Articles {
    private static final int TRIES = 50;
    private static final int MOST_FOUND = 50;

    private final ArticleStore store;
    private final HtmlCleaner cleaner;
    private final Clock clock;

    /** What a change makes of an article. */
    private record Next(Article article, ArticleEvent event) {}

    /**
     * Articles over a store.
     *
     * @param store where they are kept
     * @param cleaner what of the HTML is kept
     * @param clock tells the present
     */
    public Articles(ArticleStore store, HtmlCleaner cleaner, Clock clock) {
        this.store = Objects.requireNonNull(store, "store");
        this.cleaner = Objects.requireNonNull(cleaner, "cleaner");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Drafts an article.
     *
     * @param content what it says
     * @param authorId who wrote it
     * @return done; or refused when the slug is another's
     * @throws InvalidInputException if the cleaned HTML is too long
     */
    public Edit<Article> draft(ArticleContent content, String authorId) {
        ArticleContent clean = content.withHtml(cleaner.clean(content.html()));
        while (true) {
            Instant now = clock.instant();
            ArticleId id = new ArticleId(UUID.randomUUID().toString());
            Article article = new Article(id, clean, authorId, ArticleStatus.DRAFT, null, terms(clean), 1, now, now);
            if (store.insert(article, notices(article, new ArticleDrafted(id, now)))) {
                return new Edit.Done<>(article);
            }
            if (store.findBySlug(clean.slug()).isPresent()) {
                return slugTaken();
            }
        }
    }

    /**
     * Changes what an article says. What is published says it at once.
     *
     * @param id the article
     * @param content what it says now
     * @param authorId who wrote it
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Article> revise(ArticleId id, ArticleContent content, String authorId, @Nullable Long version) {
        ArticleContent clean = content.withHtml(cleaner.clean(content.html()));
        return change(id, version, article -> new Edit.Done<>(revised(article, clean, authorId)));
    }

    /**
     * Lets an article say again what it said before, under its present slug. The versions between stay.
     *
     * @param id the article
     * @param earlier the number of the version
     * @param authorId who does so
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Article> restore(ArticleId id, long earlier, String authorId, @Nullable Long version) {
        return change(id, version, article -> {
            Optional<Article> found = store.version(id, earlier);
            if (found.isEmpty()) {
                return new Edit.Refused<>("no-such-version", "the article has no earlier version " + earlier);
            }
            ArticleContent content =
                    found.get().content().under(article.content().slug());
            // what was clean by the rules of then need not be by those of now
            return new Edit.Done<>(revised(article, content.withHtml(cleaner.clean(content.html())), authorId));
        });
    }

    private Next revised(Article article, ArticleContent clean, String authorId) {
        Instant now = clock.instant();
        return new Next(
                article.saying(clean, terms(clean), authorId, now),
                new ArticleRevised(article.id(), now, article.status()));
    }

    /**
     * Moves an article along.
     *
     * @param id the article
     * @param action what is done with it
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Article> act(ArticleId id, ArticleAction action, @Nullable Long version) {
        return change(id, version, article -> {
            Optional<ArticleStatus> next = article.status().after(action);
            if (next.isEmpty()) {
                return new Edit.Refused<>(
                        "move-not-legal", action + " is not legal for an article that is " + article.status());
            }
            Instant now = clock.instant();
            ArticleEvent event = next.get() == ArticleStatus.PUBLISHED
                    ? new ArticlePublished(id, now, article.content().slug())
                    : new ArticleUnpublished(id, now, next.get());
            return new Edit.Done<>(new Next(article.in(next.get(), now), event));
        });
    }

    /**
     * Finds published articles that have every word of a question.
     *
     * @param question as somebody typed it; the first 8 words count
     * @param limit at most how many, 1 to 50
     * @return the best first
     * @throws InvalidInputException if the limit is out of range
     */
    public List<ArticleHit> search(String question, int limit) {
        if (limit < 1 || limit > MOST_FOUND) {
            throw new InvalidInputException("limit", "is out of range", "1 to " + MOST_FOUND);
        }
        List<String> words = ArticleTerms.asked(question);
        return words.isEmpty() ? List.of() : store.search(words, limit);
    }

    private List<String> terms(ArticleContent clean) {
        return ArticleTerms.of(clean, cleaner.text(clean.html()));
    }

    private static <T> Edit<T> slugTaken() {
        return new Edit.Refused<>("slug-taken", "another article has this slug");
    }

    private Edit<Article> change(ArticleId id, @Nullable Long version, Function<Article, Edit<Next>> rule) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<Article> found = store.find(id);
            if (found.isEmpty()) {
                return new Edit.NotFound<>();
            }
            Article before = found.get();
            if (version != null && version != before.version()) {
                return new Edit.Changed<>(before);
            }
            Edit<Next> judged = rule.apply(before);
            if (judged instanceof Edit.Refused<Next> refused) {
                return new Edit.Refused<>(refused.code(), refused.rule());
            }
            Next next = ((Edit.Done<Next>) judged).record();
            Article after = next.article();
            if (store.replace(before, after, notices(after, next.event()))) {
                return new Edit.Done<>(after);
            }
            boolean anothers = store.findBySlug(after.content().slug())
                    .map(other -> !other.id().equals(id))
                    .orElse(false);
            if (anothers) {
                return slugTaken();
            }
        }
        throw new IllegalStateException("article " + id + " is written by others all the time; try again later");
    }

    private static List<Notice<ArticleEvent>> notices(Article article, ArticleEvent event) {
        return Notice.ofVersion(article.id().value(), article.version(), article.updatedAt(), List.of(event));
    }
}
