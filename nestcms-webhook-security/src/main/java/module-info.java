/** Verification of signed webhooks. */
module io.nestcms.webhook {
    requires transitive org.jspecify;
    requires org.slf4j;

    exports io.nestcms.webhook;
}
