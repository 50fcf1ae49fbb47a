package io.nestcms.cms.article;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cms.article.contract.ArticleStoreContract;
import io.nestcms.cms.record.Edit;
import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArticlesTest {
    private final ArticleStore store = new InMemoryArticleStore();
    private final HtmlCleaner cleaner = new JsoupHtmlCleaner();
    private final Articles articles =
            new Articles(store, cleaner, Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC));

    @Nested
    class InMemory extends ArticleStoreContract {
        @Override
        protected ArticleStore store() {
            return store;
        }
    }

    private static ArticleContent content(String html) {
        return new ArticleContent("Title", new Slug("title"), "", html, List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<a href=\"javascript:alert(1)\">x</a>",
                "<a href=\"java&#10;script:alert(1)\">x</a>",
                "<svg/onload=alert(1)>",
                "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
                "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
                "<p style=\"background:url(javascript:alert(1))\">x</p>",
                "<form action=https://evil.test><input name=password></form>",
                "<base href=https://evil.test>",
                "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
                "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
                "<object data=x></object><embed src=x>",
                "<details open ontoggle=alert(1)>"
            })
    void html_thatRunsSomething_isNotKept(String html) {
        Article article = ((Edit.Done<Article>) articles.draft(content("<p>before</p>" + html), "w")).record();

        assertThat(article.content().html().toLowerCase(Locale.ROOT))
                .contains("<p>before</p>")
                .doesNotContain("<script", "javascript:", "onerror=alert(1)>\">", "<svg", "<iframe", "<form", "style=")
                .doesNotContain("<base", "<meta", "<object", "<embed", "<math", "<details", "<input");
        assertThat(cleaner.clean(article.content().html()))
                .as("cleaning what is clean changes nothing")
                .isEqualTo(article.content().html());
    }

    @Test
    void html_ofText_isKept() {
        String html = "<h2 dir=\"rtl\">عنوان</h2><p><b>bold</b> <a href=\"https://example.test/\">x</a></p>"
                + "<img src=\"https://example.test/a.png\" alt=\"a\"><table><tbody><tr><td>1</td></tr></tbody></table>";

        assertThat(cleaner.clean(html))
                .isEqualTo(html.replace("test/\">", "test/\" rel=\"nofollow noopener noreferrer\">"));
        assertThat(cleaner.text(html)).isEqualTo("عنوان bold x 1");
    }

    @Test
    void restore_versionFromBeforeARule_isCleanedByTheRulesOfNow() {
        HtmlCleaner lax = new HtmlCleaner() {
            @Override
            public String clean(String html) {
                return html;
            }

            @Override
            public String text(String html) {
                return html;
            }
        };
        Articles before = new Articles(store, lax, Clock.systemUTC());
        Article old = ((Edit.Done<Article>) before.draft(content("<script>x</script>"), "w")).record();
        before.revise(old.id(), content("new"), "w", null);

        Article restored = ((Edit.Done<Article>) articles.restore(old.id(), 1, "w", null)).record();

        assertThat(restored.content().html()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Hello World,hello-world",
        "'  C++ & Java!  ',c-java",
        "مقال جديد ١,مقال-جديد-١",
        "كِتَابٌ,كتاب",
        "ＦＵＬＬ ｗｉｄｔｈ,full-width",
        "Ⅷ,viii",
        "İstanbul,i̇stanbul",
        "日本語 の 記事,日本語-の-記事"
    })
    void slug_ofATitle(String title, String slug) {
        assertThat(Slug.of(title).value()).isEqualTo(slug);
        assertThat(Slug.of(slug).value()).as("of itself it is itself").isEqualTo(slug);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "a--b", "-a", "a-", "A", "a b", "a/b", "..", "ａ", "a\u202Eb", "e\u0301"})
    void slug_ofAnotherForm_isRefused(String slug) {
        assertThatThrownBy(() -> new Slug(slug)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void slug_longTitle_isCutAtAWholeCharacter() {
        assertThat(Slug.of("𝟙".repeat(3) + "𠮷".repeat(200)).value().length()).isLessThanOrEqualTo(120);
        assertThatThrownBy(() -> Slug.of("!?")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void slug_inATurkishLocale_isTheSame() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr"));
            assertThat(Slug.of("TITLE").value()).isEqualTo("title");
            assertThat(ArticleContent.tag("TITLE")).isEqualTo("title");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void tags_areFolded_eachOnce_andHaveAnEnd() {
        assertThat(new ArticleContent("T", new Slug("t"), "", "", List.of("News", "NEWS ", "ｎｅｗｓ")).tags())
                .containsExactly("news");
        List<String> many = new ArrayList<>();
        for (int n = 0; n < 21; n++) {
            many.add("t" + n);
        }
        assertThatThrownBy(() -> new ArticleContent("T", new Slug("t"), "", "", many))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void terms_longText_haveAnEnd() {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < 5_000; n++) {
            text.append("word").append(n).append(' ');
        }
        assertThat(ArticleTerms.of(content("x"), text.toString())).hasSize(1_000);
        assertThat(ArticleTerms.asked(String.join(" ", Collections.nCopies(50, "same"))))
                .containsExactly("same");
        assertThat(ArticleTerms.asked(text.toString())).hasSize(8);
    }

    @Test
    void moves_table_isAsDrawn() {
        List<String> legal = new ArrayList<>();
        for (ArticleStatus from : ArticleStatus.values()) {
            for (ArticleAction action : ArticleAction.values()) {
                from.after(action).ifPresent(to -> legal.add(from + " " + action + " " + to));
            }
        }

        assertThat(legal)
                .containsExactly(
                        "DRAFT PUBLISH PUBLISHED",
                        "DRAFT ARCHIVE ARCHIVED",
                        "PUBLISHED WITHDRAW DRAFT",
                        "PUBLISHED ARCHIVE ARCHIVED",
                        "ARCHIVED WITHDRAW DRAFT");
    }
}
