package io.nestcms.server.cms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cms.article.Article;
import io.nestcms.cms.article.ArticleAction;
import io.nestcms.cms.article.ArticleContent;
import io.nestcms.cms.article.ArticleEvent;
import io.nestcms.cms.article.ArticleId;
import io.nestcms.cms.article.ArticleQuery;
import io.nestcms.cms.article.ArticleStatus;
import io.nestcms.cms.article.ArticleStore;
import io.nestcms.cms.article.Articles;
import io.nestcms.cms.article.Slug;
import io.nestcms.cms.record.Edit;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Preconditions;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Articles. Everybody reads and searches what is published; answers are kept ready for a while, and all of them are dropped when an
 * article changes: one article is on many pages of many lists. Where the cache is shared every node drops them, else another node's
 * end with their time.
 */
final class ArticleRoutes {
    private static final String MODEL = "article";
    private static final int MOST_FOUND = 50;
    private static final int VERSIONS_SHOWN = 50;
    private static final int LONGEST_KEY = 200;

    private final ArticleStore store;
    private final Articles articles;
    private final TaggedCache<String, String> ready;
    private final EdgeCache edges;
    private final AuthRoutes auth;

    ArticleRoutes(
            ArticleStore store,
            Articles articles,
            TaggedCache<String, String> ready,
            EdgeCache edges,
            AuthRoutes auth) {
        this.store = store;
        this.articles = articles;
        this.ready = ready;
        this.edges = edges;
        this.auth = auth;
    }

    void register(RoutesConfig routes) {
        routes.get("/articles", this::published);
        routes.get("/articles/search", this::search);
        routes.get("/articles/all", auth.protect(Permission.READ, MODEL, this::all));
        routes.get("/articles/by-slug/{slug}", this::read);
        routes.post("/articles", auth.protect(Permission.WRITE, MODEL, this::draft));
        routes.get("/articles/{id}", auth.protect(Permission.READ, MODEL, this::find));
        routes.put("/articles/{id}", auth.protect(Permission.MODIFY, MODEL, this::revise));
        routes.post("/articles/{id}/actions", auth.protectAll(Permission.APPROVE, MODEL, this::act));
        routes.get("/articles/{id}/versions", auth.protect(Permission.READ, MODEL, this::versions));
        routes.post("/articles/{id}/restore", auth.protect(Permission.MODIFY, MODEL, this::restore));
    }

    /** What was kept ready may be old now; a draft was never shown. */
    void changed(ArticleEvent event) {
        if (!(event instanceof ArticleEvent.ArticleDrafted)) {
            ready.invalidateTag(MODEL);
        }
    }

    /** What the edge keeps may be old now. It may be slow or away: not for whoever waits for other listeners of the event. */
    void tellEdges(ArticleEvent event) {
        if (!(event instanceof ArticleEvent.ArticleDrafted)) {
            edges.drop("/articles");
            store.find(event.articleId()).ifPresent(article -> {
                edges.drop(page(article));
                // an earlier name is a page of its own
                store.versions(article.id(), 1).forEach(before -> edges.drop(page(before)));
            });
        }
    }

    private static String page(Article article) {
        return "/articles/by-slug/" + URLEncoder.encode(article.content().slug().value(), StandardCharsets.UTF_8);
    }

    private void published(Context context) {
        Query query = Query.of(context, "cursor", "limit", "tag");
        int limit = Shown.limit(query);
        String tag = context.queryParam("tag");
        ArticleQuery asked = ArticleQuery.newest(limit)
                .in(ArticleStatus.PUBLISHED)
                .tagged(tag)
                .after(Shown.cursor(query));
        // no tag and no cursor are other questions than those that are called null
        String key = "list " + limit
                + (query.text("cursor") == null ? "" : " after " + query.text("cursor"))
                + (tag == null ? "" : " of " + tag);
        context.header("Cache-Control", EdgeCache.SHARED);
        context.contentType("application/json")
                .result(kept(
                        key,
                        () -> Shown.pageOf(store.list(asked), limit, ArticleRoutes::summary, Article::position)
                                .toString()));
    }

    private String kept(String key, Supplier<String> load) {
        return key.length() > LONGEST_KEY ? load.get() : ready.get(key, Set.of(MODEL), load);
    }

    private void all(Context context) {
        Query query = Query.of(context, "cursor", "limit", "status", "authorId");
        int limit = Shown.limit(query);
        ArticleQuery asked = ArticleQuery.newest(limit)
                .in(query.constant("status", ArticleStatus.class))
                .by(
                        auth.mayAll(context, Permission.READ, MODEL)
                                ? query.text("authorId")
                                : AuthRoutes.caller(context).merchant())
                .after(Shown.cursor(query));
        Shown.page(context, store.list(asked), limit, ArticleRoutes::summary, Article::position);
    }

    private void search(Context context) {
        String question = context.queryParam("q");
        if (question == null || question.isBlank() || question.length() > 200) {
            throw Problem.field(400, "q", "is no question", "1 to 200 characters")
                    .asException();
        }
        int limit = 20;
        String given = context.queryParam("limit");
        if (given != null) {
            if (!given.matches("[0-9]{1,2}") || Integer.parseInt(given) < 1 || Integer.parseInt(given) > MOST_FOUND) {
                throw Problem.field(400, "limit", "is out of range", "1 to " + MOST_FOUND)
                        .asException();
            }
            limit = Integer.parseInt(given);
        }
        ObjectNode json = Shown.object();
        ArrayNode items = json.putArray("items");
        articles.search(question, limit)
                .forEach(hit -> items.add(summary(hit.article()).put("score", hit.score())));
        Json.answer(context, json);
    }

    private void read(Context context) {
        Slug slug = slug(context.pathParam("slug"));
        // the version in a line of its own, then the answer
        String kept = kept(
                "slug " + slug.value(),
                () -> store.findBySlug(slug)
                        .filter(it -> it.status() == ArticleStatus.PUBLISHED)
                        .map(it -> it.version() + "\n" + json(it))
                        .orElseThrow(() -> Shown.nothing().asException()));
        int line = kept.indexOf('\n');
        String version = kept.substring(0, line);
        Preconditions.tag(context, Long.parseLong(version));
        context.header("Cache-Control", EdgeCache.SHARED).header("X-Content-Type-Options", "nosniff");
        if (("\"" + version + "\"").equals(context.header("If-None-Match"))) {
            context.status(304);
            return;
        }
        context.contentType("application/json").result(kept.substring(line + 1));
    }

    private static Slug slug(String given) {
        try {
            return new Slug(given);
        } catch (InvalidInputException none) {
            throw Shown.nothing().asException();
        }
    }

    private void draft(Context context) {
        String author = AuthRoutes.caller(context).merchant();
        Edit<Article> edit = articles.draft(content(StrictJson.large(context)), author);
        if (edit instanceof Edit.Done<Article> done) {
            context.status(201).header("Location", "/articles/" + done.record().id());
        }
        edited(context, edit);
    }

    private static ArticleContent content(StrictJson.Fields body) {
        String title = body.text("title");
        String slug = body.optionalText("slug");
        String summary = body.optionalText("summary");
        ArticleContent content = new ArticleContent(
                title,
                slug == null ? Slug.of(title) : new Slug(slug),
                summary == null ? "" : summary,
                body.text("html"),
                body.texts("tags"));
        body.done();
        return content;
    }

    /** The article that the path names; that of another author looks like none to those who may not do this with all. */
    private Article own(Context context, Permission permission) {
        String given = context.pathParam("id");
        Optional<ArticleId> id =
                given.matches("[A-Za-z0-9_-]{1,64}") ? Optional.of(new ArticleId(given)) : Optional.empty();
        String caller = AuthRoutes.caller(context).merchant();
        return id.flatMap(store::find)
                .filter(article -> auth.mayAll(context, permission, MODEL)
                        || article.authorId().equals(caller))
                .orElseThrow(() -> Shown.nothing().asException());
    }

    private void find(Context context) {
        Shown.one(context, own(context, Permission.READ), Article::version, ArticleRoutes::json);
    }

    private void revise(Context context) {
        Article article = own(context, Permission.MODIFY);
        String author = AuthRoutes.caller(context).merchant();
        changing(
                context,
                articles.revise(
                        article.id(), content(StrictJson.large(context)), author, Preconditions.version(context)));
    }

    private void act(Context context) {
        Article article = own(context, Permission.APPROVE);
        StrictJson.Fields body = StrictJson.object(context);
        ArticleAction action = Query.constantOf("action", body.text("action"), ArticleAction.class);
        body.done();
        changing(context, articles.act(article.id(), action, Preconditions.version(context)));
    }

    private void restore(Context context) {
        Article article = own(context, Permission.MODIFY);
        StrictJson.Fields body = StrictJson.object(context);
        int version = body.number("version");
        body.done();
        String author = AuthRoutes.caller(context).merchant();
        changing(context, articles.restore(article.id(), version, author, Preconditions.version(context)));
    }

    /** Whoever changed it reads the change at once, on this node at least. */
    private void changing(Context context, Edit<Article> edit) {
        ready.invalidateTag(MODEL);
        edited(context, edit);
    }

    private static void edited(Context context, Edit<Article> edit) {
        Shown.edited(context, edit, Article::version, ArticleRoutes::json);
    }

    private void versions(Context context) {
        Article article = own(context, Permission.READ);
        ObjectNode json = Shown.object();
        ArrayNode items = json.putArray("items");
        store.versions(article.id(), VERSIONS_SHOWN).forEach(version -> items.add(summary(version)));
        Json.answer(context, json);
    }

    private static ObjectNode summary(Article article) {
        ObjectNode json = Shown.object()
                .put("id", article.id().value())
                .put("title", article.content().title())
                .put("slug", article.content().slug().value())
                .put("summary", article.content().summary())
                .put("status", article.status().name());
        ArrayNode tags = json.putArray("tags");
        article.content().tags().forEach(tags::add);
        Shown.put(json, "publishedAt", article.publishedAt());
        return json.put("updatedAt", article.updatedAt().toString()).put("version", article.version());
    }

    private static ObjectNode json(Article article) {
        return summary(article).put("html", article.content().html());
    }
}
