package io.nestcms.spring;

import io.nestcms.paytabs.PayTabsReceipt;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.webhook.WebhookRequest;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The endpoints for PayTabs in a reactive application. Asking the gateway and the store blocks, so it has threads of its own.
 *
 * @since 0.1
 */
@AutoConfiguration(after = NestCmsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(RouterFunction.class)
@ConditionalOnBean(PayTabsWebhooks.class)
public class ReactiveEndpointsAutoConfiguration {
    /** Made by Spring. */
    ReactiveEndpointsAutoConfiguration() {}

    /**
     * Both endpoints.
     *
     * @param webhooks answers
     * @param settings where they are
     * @return the routes
     */
    @Bean
    RouterFunction<ServerResponse> payTabsRoutes(PayTabsWebhooks webhooks, NestCmsProperties settings) {
        NestCmsProperties.Webhooks at = settings.webhooks();
        return RouterFunctions.route()
                .POST(
                        at.path(),
                        request -> received(request, webhooks.maxBodyBytes(), webhooks::receive)
                                .flatMap(ReactiveEndpointsAutoConfiguration::answer))
                .POST(
                        at.returnPath(),
                        request -> received(request, webhooks.maxBodyBytes(), webhooks::receiveReturn)
                                .flatMap(receipt -> ServerResponse.status(HttpStatus.SEE_OTHER)
                                        .location(URI.create(Endpoints.pageAfter(receipt, at.returnTo())))
                                        .build()))
                .build();
    }

    private static Mono<ServerResponse> answer(PayTabsReceipt receipt) {
        ServerResponse.BodyBuilder answer = ServerResponse.status(HttpStatusCode.valueOf(receipt.status()));
        long wait = Endpoints.retryAfterSeconds(receipt);
        return (wait > 0 ? answer.header("Retry-After", Long.toString(wait)) : answer).build();
    }

    private static Mono<PayTabsReceipt> received(
            ServerRequest request, int maxBodyBytes, Function<WebhookRequest, PayTabsReceipt> receive) {
        // one byte more than is read: the verifier says that it is too long
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), maxBodyBytes + 1)
                .map(ReactiveEndpointsAutoConfiguration::bytes)
                .onErrorReturn(DataBufferLimitException.class, new byte[maxBodyBytes + 1])
                .defaultIfEmpty(new byte[0])
                .publishOn(Schedulers.boundedElastic())
                .map(body -> receive.apply(read(request, body)));
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static WebhookRequest read(ServerRequest request, byte[] body) {
        WebhookRequest.Builder builder = WebhookRequest.builder(body)
                .method(request.method().name())
                .query(request.uri().getRawQuery());
        request.remoteAddress().map(InetSocketAddress::getAddress).ifPresent(builder::peer);
        request.headers().asHttpHeaders().forEach((name, values) -> values.forEach(it -> builder.header(name, it)));
        return builder.build();
    }
}
