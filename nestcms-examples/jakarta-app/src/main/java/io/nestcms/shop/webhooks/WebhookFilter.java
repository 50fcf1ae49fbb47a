package io.nestcms.shop.webhooks;

import io.nestcms.webhook.Delivery;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookHandler;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Puts a verifier before a servlet that knows nothing of signatures: only genuine deliveries come through, each once, and
 * the servlet reads the verified bytes. The delivery counts as handled when the servlet answers 2xx.
 */
public final class WebhookFilter extends HttpFilter {
    /** Under this name the servlet finds the {@link VerifiedWebhook}. */
    public static final String PROOF = VerifiedWebhook.class.getName();

    private static final long serialVersionUID = 1L;

    private final transient WebhookVerifier verifier;

    /**
     * A filter.
     *
     * @param verifier decides
     */
    public WebhookFilter(WebhookVerifier verifier) {
        this.verifier = verifier;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        WebhookHandler<Exception> servlet = webhook -> {
            request.setAttribute(PROOF, webhook);
            chain.doFilter(new VerifiedBodyRequest(request, webhook), response);
            return response.getStatus() / 100 == 2 ? WebhookAnswer.ACCEPTED : WebhookAnswer.RETRY_LATER;
        };
        Delivery delivery;
        try {
            delivery = verifier.handle(ServletWebhooks.read(request, verifier.maxBodyBytes()), servlet);
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
        if (!(delivery instanceof Delivery.Handled)) {
            response.setStatus(delivery.answer().status());
        }
    }
}
