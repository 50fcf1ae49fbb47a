package io.nestcms.cms.article;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;

/**
 * Our name for an article.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 letters, digits, {@code -} or {@code _}
 * @since 0.1
 */
public record ArticleId(String value) {
    /**
     * Checks the form.
     *
     * @param value 1 to 64 letters, digits, {@code -} or {@code _}
     * @throws InvalidInputException if the value is of another form
     */
    public ArticleId {
        Texts.id("articleId", value);
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
