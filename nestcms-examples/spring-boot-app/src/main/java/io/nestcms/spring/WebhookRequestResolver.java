package io.nestcms.spring;

import io.nestcms.webhook.WebhookRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Lets a controller's method take a {@link WebhookRequest}. It reads the stream itself: {@code @RequestBody byte[]} gives a
 * form that Spring has put together again from its parameters, and that is not what was signed.
 *
 * <p>{@code getRemoteAddr()} is the socket's other end as long as {@code server.forward-headers-strategy} is {@code none}.
 */
final class WebhookRequestResolver implements HandlerMethodArgumentResolver {
    private final int maxBodyBytes;

    WebhookRequestResolver(int maxBodyBytes) {
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == WebhookRequest.class;
    }

    @Override
    public WebhookRequest resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest webRequest,
            @Nullable WebDataBinderFactory binderFactory)
            throws IOException {
        HttpServletRequest request = Objects.requireNonNull(webRequest.getNativeRequest(HttpServletRequest.class));
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
