/** PayTabs client and payment gateway. */
module io.nestcms.paytabs {
    requires transitive io.nestcms.core;
    requires transitive io.nestcms.webhook;
    requires transitive okhttp3;
    requires com.fasterxml.jackson.databind;
    requires okio;
    requires org.slf4j;
    requires static micrometer.core;

    exports io.nestcms.paytabs;
}
