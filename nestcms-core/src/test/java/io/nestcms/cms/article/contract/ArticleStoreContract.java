package io.nestcms.cms.article.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.article.Article;
import io.nestcms.cms.article.ArticleAction;
import io.nestcms.cms.article.ArticleContent;
import io.nestcms.cms.article.ArticleEvent;
import io.nestcms.cms.article.ArticleEvent.ArticleDrafted;
import io.nestcms.cms.article.ArticleEvent.ArticlePublished;
import io.nestcms.cms.article.ArticleEvent.ArticleRevised;
import io.nestcms.cms.article.ArticleEvent.ArticleUnpublished;
import io.nestcms.cms.article.ArticleId;
import io.nestcms.cms.article.ArticleQuery;
import io.nestcms.cms.article.ArticleStatus;
import io.nestcms.cms.article.ArticleStore;
import io.nestcms.cms.article.Articles;
import io.nestcms.cms.article.HtmlCleaner;
import io.nestcms.cms.article.Slug;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.record.Edit;
import io.nestcms.payment.contract.MovingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link ArticleStore} does, under the service that uses it. Extend it with stores that are empty at each test. */
public abstract class ArticleStoreContract {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

    /** A store without articles, the same one for all calls within a test. */
    protected abstract ArticleStore store();

    private final MovingClock clock = new MovingClock(NOON);

    /** Takes everything as it is, and tags for blanks. */
    private static final HtmlCleaner TRUSTING = new HtmlCleaner() {
        @Override
        public String clean(String html) {
            return html;
        }

        @Override
        public String text(String html) {
            return html.replaceAll("<[^>]*>", " ");
        }
    };

    private Articles articles() {
        return new Articles(store(), TRUSTING, clock);
    }

    private static ArticleContent content(String title, String html, String... tags) {
        return new ArticleContent(title, Slug.of(title), "", html, List.of(tags));
    }

    private static Article done(Edit<Article> edit) {
        assertThat(edit).isInstanceOf(Edit.Done.class);
        return ((Edit.Done<Article>) edit).record();
    }

    private Article published(String title, String html, String... tags) {
        Article draft = done(articles().draft(content(title, html, tags), "writer"));
        clock.advance(Duration.ofSeconds(1));
        return done(articles().act(draft.id(), ArticleAction.PUBLISH, null));
    }

    private List<String> found(String question) {
        return articles().search(question, 50).stream()
                .map(hit -> hit.article().content().title())
                .toList();
    }

    @Test
    void find_byIdAndSlug_givesTheLatest() {
        Article draft = done(articles().draft(content("One", "<p>a</p>", "News"), "writer"));
        Article later = done(articles().revise(draft.id(), content("Two", "<p>b</p>"), "editor", draft.version()));

        assertThat(store().find(draft.id())).contains(later);
        assertThat(store().findBySlug(new Slug("two"))).contains(later);
        assertThat(store().findBySlug(new Slug("one"))).isEmpty();
        assertThat(store().find(new ArticleId("none"))).isEmpty();
        assertThat(articles().revise(draft.id(), draft.content(), "late", draft.version()))
                .isEqualTo(new Edit.Changed<>(later));
    }

    @Test
    void slug_ofAnother_isRefused() {
        Article one = done(articles().draft(content("One", "a"), "writer"));
        Article two = done(articles().draft(content("Two", "b"), "writer"));
        Edit.Refused<Article> taken = new Edit.Refused<>("slug-taken", "another article has this slug");

        assertThat(articles().draft(content("one", "x"), "writer")).isEqualTo(taken);
        assertThat(articles().revise(two.id(), content("ONE", "x"), "writer", null))
                .isEqualTo(taken);
        assertThat(store().find(two.id())).contains(two);
        assertThat(done(articles().revise(one.id(), content("One", "more"), "writer", null))
                        .version())
                .isEqualTo(2);
    }

    @Test
    void list_pagesAndFilters_newestFirst() {
        Article one = published("One", "a", "news");
        Article two = published("Two", "a", "News", "life");
        Article three = done(articles().draft(content("Three", "a", "life"), "other"));
        ArticleQuery all = ArticleQuery.newest(2);

        assertThat(store().list(all)).containsExactly(three, two);
        assertThat(store().list(all.after(two.position()))).containsExactly(one);
        assertThat(store().list(all.in(ArticleStatus.PUBLISHED).tagged("NEWS"))).containsExactly(two, one);
        assertThat(store().list(all.tagged("life"))).containsExactly(three, two);
        assertThat(store().list(all.by("other"))).containsExactly(three);
    }

    @Test
    void versions_areKept_andRestored() {
        Article draft = done(articles().draft(content("One", "<p>first</p>", "a"), "writer"));
        Article second = done(articles().revise(draft.id(), content("Two", "<p>second</p>"), "editor", null));
        Article published = done(articles().act(draft.id(), ArticleAction.PUBLISH, null));

        assertThat(store().versions(draft.id(), 10))
                .extracting(Article::version)
                .containsExactly(2L, 1L);
        assertThat(store().version(draft.id(), 2)).map(Article::content).hasValue(second.content());
        assertThat(store().version(draft.id(), 3)).as("the present one").isEmpty();

        Article restored = done(articles().restore(draft.id(), 1, "editor", published.version()));

        assertThat(restored.content().html()).isEqualTo("<p>first</p>");
        assertThat(restored.content().slug()).as("links stay").isEqualTo(new Slug("two"));
        assertThat(restored.status()).isEqualTo(ArticleStatus.PUBLISHED);
        assertThat(found("first")).containsExactly("One");
        assertThat(articles().restore(draft.id(), 9, "editor", null)).isInstanceOf(Edit.Refused.class);
    }

    @Test
    void versions_haveAnEnd() {
        Article article = done(articles().draft(content("One", "0"), "writer"));
        for (int n = 1; n <= ArticleStore.VERSIONS + 5; n++) {
            article = done(articles().revise(article.id(), content("One", "text " + n), "writer", null));
        }

        assertThat(store().versions(article.id(), 1_000))
                .hasSize(ArticleStore.VERSIONS)
                .first()
                .satisfies(latest -> assertThat(latest.version()).isEqualTo(ArticleStore.VERSIONS + 5));
    }

    @Test
    void search_everyWord_bestPlaceFirst_publishedOnly() {
        published("Cooking", "soup and bread");
        published("Bread", "only bread here");
        published("Garden", "a garden", "bread");
        done(articles().draft(content("Bread in secret", "bread"), "writer"));

        assertThat(found("bread")).containsExactly("Bread", "Garden", "Cooking");
        assertThat(found("BRÉAD soup")).containsExactly("Cooking");
        assertThat(found("bread nothing")).isEmpty();
        assertThat(found(" ,. ")).isEmpty();
        assertThat(articles().search("bread", 1)).hasSize(1);
    }

    @Test
    void search_equalOnes_theLatestFirst() {
        published("News one", "x");
        published("News two", "x");
        published("News three", "x");

        assertThat(found("news")).containsExactly("News three", "News two", "News one");
    }

    @Test
    void search_arabic_findsEveryWayOfWriting() {
        published("المَكْتَبَة الكُبرى", "كِتَابٌ عن الأُمّة سنة ٢٠٢٦");

        for (String question : List.of("مكتبه", "المكتبة", "كبري", "كتاب", "الامه", "أمة", "2026", "۲۰۲۶", "كـتـاب")) {
            assertThat(found(question)).as(question).hasSize(1);
        }
        assertThat(found("مدرسة")).isEmpty();
    }

    @Test
    void search_withdrawnOrRevised_isNotFoundAnyMore() {
        Article article = published("Bread", "flour");
        done(articles().revise(article.id(), content("Bread", "water"), "writer", null));
        assertThat(found("flour")).isEmpty();
        assertThat(found("water")).hasSize(1);

        done(articles().act(article.id(), ArticleAction.WITHDRAW, null));
        assertThat(found("bread")).isEmpty();
    }

    @Test
    void search_aWordThatVeryManyHave_looksAtABoundedNumber() {
        for (int n = 0; n < 30; n++) {
            published("Common number" + n, "common rare" + n);
        }

        assertThat(articles().search("common", 50)).hasSize(30);
        assertThat(found("common rare7")).containsExactly("Common number7");
    }

    @Test
    void events_everyKind_inOrder() {
        Article draft = done(articles().draft(content("One", "a"), "writer"));
        done(articles().act(draft.id(), ArticleAction.PUBLISH, null));
        done(articles().revise(draft.id(), content("One", "b"), "writer", null));
        done(articles().act(draft.id(), ArticleAction.ARCHIVE, null));

        List<ArticleEvent> events = new ArrayList<>();
        store().outbox().claim(clock.instant(), Duration.ofSeconds(9)).orElseThrow().notices().stream()
                .map(Notice::event)
                .forEach(events::add);

        assertThat(events)
                .containsExactly(
                        new ArticleDrafted(draft.id(), NOON),
                        new ArticlePublished(draft.id(), NOON, new Slug("one")),
                        new ArticleRevised(draft.id(), NOON, ArticleStatus.PUBLISHED),
                        new ArticleUnpublished(draft.id(), NOON, ArticleStatus.ARCHIVED));
    }
}
