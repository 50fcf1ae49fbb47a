package io.nestcms.cms.article;

import io.nestcms.cms.record.Position;
import io.nestcms.cms.text.Texts;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An article as it was recorded at one moment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id our name for it
 * @param content what it says
 * @param authorId who wrote this version; 1 to 64 characters
 * @param status where it stands
 * @param publishedAt when it was published last, or {@code null} when it never was
 * @param terms what it is found by
 * @param version counts the writes, from 1
 * @param createdAt when it was drafted
 * @param updatedAt when it was last written
 * @since 0.1
 */
public record Article(
        ArticleId id,
        ArticleContent content,
        String authorId,
        ArticleStatus status,
        @Nullable Instant publishedAt,
        List<String> terms,
        long version,
        Instant createdAt,
        Instant updatedAt) {
    /**
     * Checks that nothing is missing.
     *
     * @param id our name for it
     * @param content what it says
     * @param authorId who wrote this version
     * @param status where it stands
     * @param publishedAt when it was published last, or {@code null}
     * @param terms what it is found by
     * @param version counts the writes
     * @param createdAt when it was drafted
     * @param updatedAt when it was last written
     */
    public Article {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(content, "content");
        Texts.line("authorId", authorId, 64);
        Objects.requireNonNull(status, "status");
        terms = List.copyOf(terms);
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }

    Article saying(ArticleContent next, List<String> nextTerms, String by, Instant now) {
        return new Article(id, next, by, status, publishedAt, nextTerms, version + 1, createdAt, now);
    }

    Article in(ArticleStatus next, Instant now) {
        Instant published = next == ArticleStatus.PUBLISHED ? now : publishedAt;
        return new Article(id, content, authorId, next, published, terms, version + 1, createdAt, now);
    }

    /**
     * Where the page behind this article begins.
     *
     * @return its place among all articles
     */
    public Position position() {
        return new Position(createdAt, id.value());
    }
}
