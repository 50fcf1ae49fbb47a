package io.nestcms.mongo;

import io.nestcms.cms.article.Article;
import io.nestcms.cms.article.ArticleContent;
import io.nestcms.cms.article.ArticleEvent;
import io.nestcms.cms.article.ArticleEvent.ArticleDrafted;
import io.nestcms.cms.article.ArticleEvent.ArticlePublished;
import io.nestcms.cms.article.ArticleEvent.ArticleRevised;
import io.nestcms.cms.article.ArticleEvent.ArticleUnpublished;
import io.nestcms.cms.article.ArticleId;
import io.nestcms.cms.article.ArticleStatus;
import io.nestcms.cms.article.Slug;
import io.nestcms.cms.outbox.Notice;
import java.time.Instant;
import java.util.List;
import org.bson.Document;

/** Articles as documents; a change leaves fields alone that this build does not know. */
final class ArticleDocuments extends NoticeDocuments<ArticleEvent> {
    static final String COLLECTION = "articles";
    static final String VERSIONS = "articleVersions";
    static final Format FORMAT = Format.first(COLLECTION);

    ArticleDocuments() {
        super(FORMAT);
    }

    Document created(Article article, List<Notice<ArticleEvent>> notices) {
        return created(article.id().value(), fields(article), article.updatedAt(), notices);
    }

    Document changed(Article article, List<Notice<ArticleEvent>> notices) {
        return changed(fields(article), List.of(), article.updatedAt(), notices);
    }

    /** An earlier version: the fields, and of which article. Its terms are left out, nobody looks for it. */
    static Document earlier(Article article) {
        Document document = new Document("_id", earlierId(article.id(), article.version()))
                .append("article", article.id().value());
        document.putAll(fields(article));
        document.append("terms", List.of());
        return document;
    }

    static String earlierId(ArticleId id, long version) {
        return id + "/" + version;
    }

    private static Document fields(Article article) {
        ArticleContent content = article.content();
        Document document = new Document("v", FORMAT.version())
                .append("status", article.status().name())
                .append("title", content.title())
                .append("slug", content.slug().value())
                .append("summary", content.summary())
                .append("html", content.html())
                .append("tags", content.tags())
                .append("authorId", article.authorId())
                .append("terms", article.terms())
                .append("version", article.version())
                .append("createdAt", Times.nanos(article.createdAt()))
                .append("updatedAt", Times.nanos(article.updatedAt()));
        Instant published = article.publishedAt();
        return published == null ? document : document.append("publishedAt", Times.nanos(published));
    }

    Article article(Document document) {
        Stored stored = FORMAT.read(document);
        return article(stored, stored.value("_id", ArticleId::new));
    }

    Article earlier(Document document) {
        Stored stored = FORMAT.read(document);
        return article(stored, stored.value("article", ArticleId::new));
    }

    private static Article article(Stored stored, ArticleId id) {
        ArticleContent content = new ArticleContent(
                stored.text("title"),
                stored.value("slug", Slug::new),
                stored.text("summary"),
                stored.text("html"),
                stored.texts("tags", tag -> tag));
        return new Article(
                id,
                content,
                stored.text("authorId"),
                stored.constant("status", ArticleStatus.class),
                stored.timeOrNull("publishedAt"),
                stored.texts("terms", term -> term),
                stored.number("version"),
                stored.time("createdAt"),
                stored.time("updatedAt"));
    }

    @Override
    Document write(ArticleEvent event) {
        if (event instanceof ArticleDrafted) {
            return new Document("type", "drafted");
        }
        if (event instanceof ArticleRevised revised) {
            return new Document("type", "revised")
                    .append("status", revised.status().name());
        }
        if (event instanceof ArticlePublished published) {
            return new Document("type", "published")
                    .append("slug", published.slug().value());
        }
        if (event instanceof ArticleUnpublished gone) {
            return new Document("type", "unpublished")
                    .append("status", gone.status().name());
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    @Override
    ArticleEvent read(String key, Instant at, Stored event) {
        ArticleId id = new ArticleId(key);
        return switch (event.text("type")) {
            case "drafted" -> new ArticleDrafted(id, at);
            case "revised" -> new ArticleRevised(id, at, event.constant("status", ArticleStatus.class));
            case "published" -> new ArticlePublished(id, at, event.value("slug", Slug::new));
            case "unpublished" -> new ArticleUnpublished(id, at, event.constant("status", ArticleStatus.class));
            default -> throw event.unreadable("type", null);
        };
    }
}
