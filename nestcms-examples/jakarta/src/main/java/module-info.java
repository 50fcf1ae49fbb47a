/** Payments in a Jakarta application: CDI beans, settings, listeners and circuit breakers by annotation. */
module io.nestcms.jakarta {
    requires transitive io.nestcms.paytabs;
    requires transitive jakarta.cdi;
    requires transitive jakarta.interceptor;
    requires io.nestcms.mongo;
    requires jakarta.annotation;
    requires jakarta.inject;
    requires microprofile.config.api;
    requires org.slf4j;
    requires static jakarta.servlet;
    requires static transitive jakarta.ws.rs;

    exports io.nestcms.jakarta;

    // containers make interceptor and resource
    opens io.nestcms.jakarta;

    provides jakarta.enterprise.inject.spi.Extension with
            io.nestcms.jakarta.NestCmsExtension;
}
