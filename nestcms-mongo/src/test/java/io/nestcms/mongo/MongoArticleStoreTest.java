package io.nestcms.mongo;

import io.nestcms.cms.article.ArticleStore;
import io.nestcms.cms.article.contract.ArticleStoreContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoArticleStoreTest extends ArticleStoreContract {
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), TestMongo.freshDatabase());

    @Override
    protected ArticleStore store() {
        return mongo.articles();
    }
}
