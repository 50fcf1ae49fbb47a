package io.nestcms.cms.article;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What an article says.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param title 1 to 200 characters of plain text
 * @param slug its name in addresses
 * @param summary up to 1,000 characters of plain text; may be empty
 * @param html the text, up to 200,000 characters; what may be in it is the {@link HtmlCleaner}'s to say
 * @param tags up to 20, of 1 to 50 characters; kept in lower case, each once
 * @since 0.1
 */
public record ArticleContent(String title, Slug slug, String summary, String html, List<String> tags) {
    /** The longest text. */
    static final int LONGEST = 200_000;

    private static final int MOST_TAGS = 20;

    /**
     * Checks every part.
     *
     * @param title the title
     * @param slug its name in addresses
     * @param summary a summary
     * @param html the text
     * @param tags the tags
     * @throws InvalidInputException if a part is of another form
     */
    public ArticleContent {
        Texts.line("title", title, 200);
        Objects.requireNonNull(slug, "slug");
        Texts.block("summary", summary, 1_000);
        Texts.block("html", html, LONGEST);
        tags = tags.stream().map(ArticleContent::tag).distinct().toList();
        if (tags.size() > MOST_TAGS) {
            throw new InvalidInputException("tags", "are " + tags.size(), "at most " + MOST_TAGS);
        }
    }

    /**
     * A tag as it is kept.
     *
     * @param tag 1 to 50 characters
     * @return composed (NFKC), in lower case, without blanks around it
     * @throws InvalidInputException if it is of another form
     */
    public static String tag(String tag) {
        Texts.line("tags", tag, 50);
        return Normalizer.normalize(tag.strip(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    ArticleContent withHtml(String cleaned) {
        return new ArticleContent(title, slug, summary, cleaned, tags);
    }

    ArticleContent under(Slug other) {
        return new ArticleContent(title, other, summary, html, tags);
    }
}
