/** MongoDB stores for the ports of the core. */
module io.nestcms.mongo {
    requires transitive io.nestcms.core;
    requires transitive org.mongodb.driver.sync.client;
    requires transitive org.mongodb.driver.core;
    requires org.mongodb.bson;
    requires org.slf4j;
    requires static micrometer.core;

    exports io.nestcms.mongo;
}
