/** Verification of signed webhooks. */
module io.nestcms.webhook {
    requires transitive org.jspecify;
    requires org.slf4j;
    requires static redis.clients.jedis;

    exports io.nestcms.webhook;
    exports io.nestcms.webhook.redis;
}
