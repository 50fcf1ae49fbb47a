package io.nestcms.shop;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.config.ConfigProvider;

/** The shop's own client, by which payments are kept as well. */
@ApplicationScoped
class Database {
    @Produces
    @ApplicationScoped
    MongoClient client() {
        return MongoClients.create(ConfigProvider.getConfig().getValue("shop.mongodb-uri", String.class));
    }

    void close(@Disposes MongoClient client) {
        client.close();
    }
}
