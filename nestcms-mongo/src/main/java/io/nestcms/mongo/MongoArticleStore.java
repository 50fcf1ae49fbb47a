package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lte;
import static io.nestcms.mongo.EventDocuments.put;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOptions;
import io.nestcms.cms.article.Article;
import io.nestcms.cms.article.ArticleEvent;
import io.nestcms.cms.article.ArticleHit;
import io.nestcms.cms.article.ArticleId;
import io.nestcms.cms.article.ArticleQuery;
import io.nestcms.cms.article.ArticleStatus;
import io.nestcms.cms.article.ArticleStore;
import io.nestcms.cms.article.ArticleTerms;
import io.nestcms.cms.article.Slug;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;

/**
 * Articles in one collection and their earlier versions in another. A version is put among the earlier ones before it is replaced:
 * whoever replaces it writes the same, and if nobody does, it is found twice, which {@link #versions} knows. A search goes by an index over
 * words of our own, since MongoDB's text index knows no Arabic, and looks at a bounded number of articles.
 */
final class MongoArticleStore implements ArticleStore {
    static final List<IndexSpec> VERSION_INDEXES = List.of(
            // versions
            IndexSpec.plain("versions", new Document("article", 1).append("version", -1)));

    private static final Document LATEST_FIRST = new Document("publishedAt", -1).append("_id", -1);
    private static final String KIND = "article";

    private final ArticleDocuments documents = new ArticleDocuments();
    private final MongoCollection<Document> articles;
    private final MongoCollection<Document> earlier;
    private final Calls calls;
    private final Records records;
    private final Notices<ArticleEvent> outbox;

    MongoArticleStore(MongoCollection<Document> articles, MongoCollection<Document> earlier, Calls calls) {
        this.articles = articles;
        this.earlier = earlier;
        this.calls = calls;
        this.records = new Records(KIND, articles, calls);
        this.outbox = new MongoNotices<>(articles, documents, calls);
    }

    /** Those of this store and of its outbox. */
    static List<IndexSpec> allIndexes() {
        List<IndexSpec> all = new ArrayList<>(List.of(
                // findBySlug
                IndexSpec.unique("slug", new Document("slug", 1)),
                // list
                IndexSpec.plain("newest", new Document(Records.NEWEST_FIRST)),
                newest("status", "status"),
                newest("tag", "tags"),
                newest("status_tag", "status", "tags"),
                newest("author", "authorId"),
                // search
                IndexSpec.plain(
                        "terms",
                        new Document("status", 1)
                                .append("terms", 1)
                                .append("publishedAt", -1)
                                .append("_id", -1))));
        all.addAll(MongoNotices.INDEXES);
        return all;
    }

    private static IndexSpec newest(String what, String... fields) {
        Document keys = new Document();
        for (String field : fields) {
            keys.append(field, 1);
        }
        keys.putAll(Records.NEWEST_FIRST);
        return IndexSpec.plain("newest_of_" + what, keys);
    }

    @Override
    public boolean insert(Article article, List<Notice<ArticleEvent>> notices) {
        return records.insert(documents.created(article, notices));
    }

    @Override
    public boolean replace(Article before, Article after, List<Notice<ArticleEvent>> notices) {
        Document kept = ArticleDocuments.earlier(before);
        calls.write(
                "an earlier version of article " + before.id(),
                () -> earlier.replaceOne(eq("_id", kept.get("_id")), kept, new ReplaceOptions().upsert(true)));
        boolean replaced = records.replace(after.id().value(), after.version(), documents.changed(after, notices));
        if (replaced && after.version() > VERSIONS + 1) {
            calls.write(
                    "the oldest versions of article " + after.id(),
                    () -> earlier.deleteMany(
                            and(eq("article", after.id().value()), lte("version", after.version() - VERSIONS - 1))));
        }
        return replaced;
    }

    @Override
    public Optional<Article> find(ArticleId id) {
        return records.find(eq("_id", id.value())).map(documents::article);
    }

    @Override
    public Optional<Article> findBySlug(Slug slug) {
        return records.find(eq("slug", slug.value())).map(documents::article);
    }

    @Override
    public List<Article> list(ArticleQuery query) {
        Document filter = new Document();
        ArticleStatus status = query.status();
        put(filter, "status", status == null ? null : status.name());
        put(filter, "tags", query.tag());
        put(filter, "authorId", query.authorId());
        return records.page(filter, query.after(), query.size(), documents::article);
    }

    @Override
    public List<Article> versions(ArticleId id, int limit) {
        long present = find(id).map(Article::version).orElse(0L);
        List<Document> found = calls.read(
                "the earlier versions of article " + id,
                () -> earlier.find(and(eq("article", id.value()), lte("version", present - 1)))
                        .sort(new Document("version", -1))
                        .limit(limit)
                        .into(new ArrayList<>()));
        return records.readable(found, documents::earlier);
    }

    @Override
    public Optional<Article> version(ArticleId id, long version) {
        if (find(id).map(article -> article.version() <= version).orElse(true)) {
            return Optional.empty();
        }
        return Optional.ofNullable(calls.read(
                        "an earlier version of article " + id,
                        () -> earlier.find(eq("_id", ArticleDocuments.earlierId(id, version)))
                                .first()))
                .map(documents::earlier);
    }

    @Override
    public List<ArticleHit> search(List<String> words, int limit) {
        if (words.isEmpty()) {
            return List.of();
        }
        List<Document> best = candidates(rarest(words)).stream()
                .map(candidate -> new Document("_id", candidate.get("_id"))
                        .append("publishedAt", candidate.get("publishedAt"))
                        .append("score", ArticleTerms.score(terms(candidate), words)))
                .filter(scored -> scored.getInteger("score") > 0)
                .sorted(Comparator.<Document>comparingInt(scored -> scored.getInteger("score"))
                        .thenComparingLong(scored -> scored.getLong("publishedAt"))
                        .thenComparing(scored -> scored.getString("_id"))
                        .reversed())
                .limit(limit)
                .toList();
        return load(best, words);
    }

    private List<ArticleHit> load(List<Document> best, List<String> words) {
        List<String> ids = best.stream().map(scored -> scored.getString("_id")).toList();
        List<Document> found = calls.read(
                "the articles that were found",
                () -> articles.find(new Document("_id", new Document("$in", ids)))
                        .into(new ArrayList<>()));
        // what was changed meanwhile answers as it is now, or no more
        return records.readable(found, documents::article).stream()
                .filter(article -> article.status() == ArticleStatus.PUBLISHED)
                .map(article -> new ArticleHit(article, ArticleTerms.score(new HashSet<>(article.terms()), words)))
                .filter(hit -> hit.score() > 0)
                .sorted(ArticleHit.BEST_FIRST)
                .toList();
    }

    private static Set<String> terms(Document candidate) {
        return new HashSet<>(candidate.getList("terms", String.class));
    }

    /** The word that the fewest have; counted in the index, and no further than is looked at. */
    private String rarest(List<String> words) {
        if (words.size() == 1) {
            return words.get(0);
        }
        return words.stream().min(Comparator.comparingLong(this::count)).orElseThrow();
    }

    private long count(String word) {
        Document anywhere = new Document("status", ArticleStatus.PUBLISHED.name())
                .append(
                        "terms",
                        new Document(
                                "$in",
                                ArticleTerms.PLACES.stream()
                                        .map(place -> place + word)
                                        .toList()));
        return calls.read(
                "how many articles have a word",
                () -> articles.countDocuments(
                        anywhere, new com.mongodb.client.model.CountOptions().limit(EXAMINED + 1)));
    }

    private List<Document> candidates(String word) {
        Map<Object, Document> found = new LinkedHashMap<>();
        for (String place : ArticleTerms.PLACES) {
            int left = EXAMINED - found.size();
            if (left > 0) {
                Document filter = new Document("status", ArticleStatus.PUBLISHED.name()).append("terms", place + word);
                calls.read(
                                "the articles with a word",
                                () -> articles.find(filter)
                                        .sort(LATEST_FIRST)
                                        .limit(left)
                                        .projection(new Document("terms", 1).append("publishedAt", 1))
                                        .into(new ArrayList<>()))
                        .forEach(document -> found.put(Objects.requireNonNull(document.get("_id")), document));
            }
        }
        return new ArrayList<>(found.values());
    }

    @Override
    public Notices<ArticleEvent> outbox() {
        return outbox;
    }
}
