package io.nestcms.spring;

import io.nestcms.webhook.VerifiedWebhook;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** The inbox of an application that has none of its own yet. */
@Configuration(proxyBeanMethods = false)
class LoggingInbox {
    private static final Logger LOG = LoggerFactory.getLogger(LoggingInbox.class);

    @Bean
    @Fallback
    NotificationInbox inbox() {
        return LoggingInbox::log;
    }

    private static void log(VerifiedWebhook webhook) {
        LOG.info("notification {} taken", webhook.digest());
    }
}
