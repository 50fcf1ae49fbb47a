/** Money, payments, events and circuit breakers: the domain of NestCMS, free of HTTP, PayTabs and MongoDB. */
module io.nestcms.core {
    requires transitive org.jspecify;
    requires transitive dev.failsafe.core;
    requires org.slf4j;
    requires static com.github.benmanes.caffeine;
    requires static io.opentelemetry.api;
    requires static io.opentelemetry.context;
    requires static jakarta.mail;
    requires static java.net.http;
    requires static java.sql;
    requires static micrometer.core;
    requires static org.bouncycastle.provider;
    requires static org.jsoup;
    requires static software.amazon.awssdk.core;
    requires static software.amazon.awssdk.http;
    requires static software.amazon.awssdk.services.s3;
    requires static software.amazon.awssdk.awscore;
    requires static software.amazon.awssdk.utils;

    exports io.nestcms.access;
    exports io.nestcms.audit;
    exports io.nestcms.cache;
    exports io.nestcms.cms.article;
    exports io.nestcms.cms.contract;
    exports io.nestcms.cms.earning;
    exports io.nestcms.cms.outbox;
    exports io.nestcms.cms.project;
    exports io.nestcms.cms.record;
    exports io.nestcms.cms.user;
    exports io.nestcms.context;
    exports io.nestcms.crypto;
    exports io.nestcms.event;
    exports io.nestcms.failure;
    exports io.nestcms.health;
    exports io.nestcms.incident;
    exports io.nestcms.metrics;
    exports io.nestcms.money;
    exports io.nestcms.notification;
    exports io.nestcms.payment;
    exports io.nestcms.payment.delivery;
    exports io.nestcms.payment.gateway;
    exports io.nestcms.payment.service;
    exports io.nestcms.payment.store;
    exports io.nestcms.resilience;
    exports io.nestcms.storage;
    exports io.nestcms.system;
    exports io.nestcms.tracing;
}
