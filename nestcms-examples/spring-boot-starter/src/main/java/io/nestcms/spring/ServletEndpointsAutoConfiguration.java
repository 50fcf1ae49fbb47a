package io.nestcms.spring;

import io.nestcms.paytabs.PayTabsReceipt;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.webhook.WebhookRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/**
 * The endpoints for PayTabs in a servlet application. The raw body is read before anything else touches it.
 *
 * <p>{@code getRemoteAddr()} is the socket's other end as long as {@code server.forward-headers-strategy} is {@code none}; else set no
 * {@code nestcms.webhooks.trusted-proxies}.
 *
 * @since 0.1
 */
@AutoConfiguration(after = NestCmsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(SimpleUrlHandlerMapping.class)
@ConditionalOnBean(PayTabsWebhooks.class)
public class ServletEndpointsAutoConfiguration {
    /** Made by Spring. */
    ServletEndpointsAutoConfiguration() {}

    /**
     * Both endpoints, before the application's own mappings.
     *
     * @param webhooks answers
     * @param settings where they are
     * @return the mapping
     */
    @Bean
    SimpleUrlHandlerMapping payTabsEndpoints(PayTabsWebhooks webhooks, NestCmsProperties settings) {
        HttpRequestHandler webhook = (request, response) -> {
            if (!request.getMethod().equals("POST")) {
                response.setStatus(405);
                return;
            }
            PayTabsReceipt receipt = webhooks.receive(read(request, webhooks.maxBodyBytes()));
            response.setStatus(receipt.status());
            long wait = Endpoints.retryAfterSeconds(receipt);
            if (wait > 0) {
                response.setHeader("Retry-After", Long.toString(wait));
            }
        };
        HttpRequestHandler comeBack = (request, response) -> {
            if (!request.getMethod().equals("POST")) {
                response.setStatus(405);
                return;
            }
            PayTabsReceipt receipt = webhooks.receiveReturn(read(request, webhooks.maxBodyBytes()));
            response.setStatus(303);
            response.setHeader(
                    "Location", Endpoints.pageAfter(receipt, settings.webhooks().returnTo()));
        };
        return new SimpleUrlHandlerMapping(
                Map.of(settings.webhooks().path(), webhook, settings.webhooks().returnPath(), comeBack), -10);
    }

    private static WebhookRequest read(HttpServletRequest request, int maxBodyBytes) throws IOException {
        WebhookRequest.Builder builder = WebhookRequest.builder(request.getInputStream(), maxBodyBytes)
                .method(request.getMethod())
                .query(request.getQueryString())
                .peerAddress(request.getRemoteAddr());
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                builder.header(name, value);
            }
        }
        return builder.build();
    }
}
