package io.nestcms.server.cms;

import io.javalin.config.RoutesConfig;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cms.article.ArticleEvent;
import io.nestcms.cms.article.Articles;
import io.nestcms.cms.article.JsoupHtmlCleaner;
import io.nestcms.cms.contract.Billing;
import io.nestcms.cms.contract.Contracts;
import io.nestcms.cms.earning.Earnings;
import io.nestcms.cms.earning.PlainTurnover;
import io.nestcms.cms.outbox.NoticeRelay;
import io.nestcms.cms.project.Projects;
import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.storage.FileStorage;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Projects, contracts, articles and earnings, wired. */
public final class ContentRoom {
    private static final int WAITING_FOR_EDGES = 256;
    /** For half a minute: by then the edge's own time is over. */
    private static final int EDGE_TRIES = 5;

    private final Parts parts;
    private final Billing billing;
    private final List<Runnable> relays;

    /**
     * What the room is made of.
     *
     * @param mongo the stores
     * @param paymentStore the payments, for the plain way to earnings
     * @param payments makes payments of instalments
     * @param files where designs are kept
     * @param ready answers that are kept ready
     * @param edges the caches in front of the nodes that hear of changed articles
     * @param bus carries the events
     * @param clock tells the present
     */
    public record Parts(
            NestMongo mongo,
            PaymentStore paymentStore,
            Payments payments,
            FileStorage files,
            TaggedCache<String, String> ready,
            List<URI> edges,
            EventBus bus,
            Clock clock) {}

    /** The room, with the listeners that it needs. */
    public ContentRoom(Parts parts, ZoneId zone) {
        this.parts = parts;
        NestMongo mongo = parts.mongo();
        this.billing = new Billing(mongo.contracts(), parts.payments(), parts.clock(), zone);
        this.relays = List.of(
                new NoticeRelay<>(mongo.users().outbox(), parts.bus(), parts.clock()),
                new NoticeRelay<>(mongo.contracts().outbox(), parts.bus(), parts.clock()),
                new NoticeRelay<>(mongo.projects().outbox(), parts.bus(), parts.clock()),
                new NoticeRelay<>(mongo.articles().outbox(), parts.bus(), parts.clock()));
        parts.bus().subscribe(PaymentEvent.class, billing::paid);
    }

    /** Makes payments of the instalments that are due, and tells of what happened. Repeatable; for a timer. */
    public void tend() {
        billing.run();
        relays.forEach(Runnable::run);
    }

    /** Adds the calls. */
    public void register(RoutesConfig routes, AuthRoutes auth) {
        NestMongo mongo = parts.mongo();
        Clock clock = parts.clock();
        new ProjectRoutes(mongo.projects(), new Projects(mongo.projects(), clock), parts.files(), auth)
                .register(routes);
        new ContractRoutes(mongo.contracts(), new Contracts(mongo.contracts(), clock), parts.payments(), auth)
                .register(routes);
        Articles articles = new Articles(mongo.articles(), new JsoupHtmlCleaner(), clock);
        ArticleRoutes ofArticles =
                new ArticleRoutes(mongo.articles(), articles, parts.ready(), new EdgeCache(parts.edges()), auth);
        ofArticles.register(routes);
        parts.bus().subscribe(ArticleEvent.class, ofArticles::changed);
        if (!parts.edges().isEmpty()) {
            SubscriptionSettings.Builder<ArticleEvent> mailbox = SubscriptionSettings.async();
            parts.bus()
                    .subscribe(
                            ArticleEvent.class,
                            ofArticles::tellEdges,
                            mailbox.name("edge-cache")
                                    .mailbox(WAITING_FOR_EDGES, Overflow.DROP_OLDEST)
                                    .concurrency(1)
                                    .retry(EDGE_TRIES, Duration.ofSeconds(1), Duration.ofSeconds(10))
                                    .build());
        }
        new EarningRoutes(
                        new Earnings(mongo.turnover()),
                        new Earnings(new PlainTurnover(parts.paymentStore(), mongo.contracts())),
                        () -> YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC)),
                        auth)
                .register(routes);
    }
}
