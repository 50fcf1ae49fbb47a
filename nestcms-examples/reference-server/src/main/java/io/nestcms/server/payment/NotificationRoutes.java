package io.nestcms.server.payment;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.nestcms.payment.Payment;
import io.nestcms.payment.service.Payments;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsReceipt;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.server.http.Problem;
import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What PayTabs and the payer's browser send. Both are hints: they are verified, compared with the order, and then the
 * gateway is asked. A sender learns nothing from a refusal.
 */
public final class NotificationRoutes {
    public static final String WEBHOOK = "/payments/v2/webhook";
    public static final String RETURN = "/payments/v2/return";

    private static final Logger LOG = LoggerFactory.getLogger(NotificationRoutes.class);

    /** How long a callback waits for the end of an equal one; a query to the gateway takes less, as a rule. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String REFUSED_RETURN = page("This way back could not be verified.");
    private static final String UNSEEN_RETURN =
            page("Your payment is being looked into: we cannot see it at this moment. Do not pay again.");

    private final PayTabsWebhooks webhooks;

    private NotificationRoutes(PayTabsWebhooks webhooks) {
        this.webhooks = webhooks;
    }

    /** Routes for one profile; {@code guard} knows which were taken, and {@code listener} hears what becomes of each. */
    public static NotificationRoutes of(
            PayTabs payTabs,
            Payments payments,
            List<String> sources,
            List<String> trusted,
            ReplayGuard guard,
            Clock clock,
            WebhookListener listener) {
        TrustedProxies proxies = TrustedProxies.of(trusted, TrustedProxies.Header.X_FORWARDED_FOR);
        // alerts only: payers and gateway may come from one address, and a block would keep the genuine out
        ThreatMonitor threats = ThreatMonitor.builder().block(Duration.ZERO).build();
        Consumer<WebhookVerifier.Builder> both = verifier ->
                verifier.proxies(proxies).threatMonitor(threats).clock(clock).listener(listener);
        return new NotificationRoutes(payTabs.webhooks(
                payments,
                options -> options.callbacks(both).returns(both).callbacks(verifier -> {
                    // a shield only, as the record bears a repetition: without it, each would ask the gateway
                    verifier.replayGuard(guard, GuardFailurePolicy.PROCEED).patience(PATIENCE);
                    if (!sources.isEmpty()) {
                        verifier.sources(IpAllowList.of(sources));
                    }
                })));
    }

    public void register(RoutesConfig routes) {
        routes.post(WEBHOOK, this::webhook);
        routes.post(RETURN, this::payerReturns);
    }

    /** Whether notifications come at this path. */
    public static boolean isOne(String path) {
        return path.equals(WEBHOOK) || path.equals(RETURN);
    }

    private void webhook(Context context) {
        PayTabsReceipt receipt = webhooks.receive(received(context));
        context.status(receipt.status());
        retryAfter(context, receipt);
    }

    /** A payer gets a page, whatever happens; the callback and the reconciler see to the payment. */
    private void payerReturns(Context context) {
        PayTabsReceipt receipt = webhooks.receiveReturn(received(context));
        if (receipt.answer() == WebhookAnswer.REFUSED) {
            page(context, receipt.status(), REFUSED_RETURN);
        } else if (receipt.answer() == WebhookAnswer.RETRY_LATER
                && receipt.payment().isEmpty()) {
            retryAfter(context, receipt);
            page(context, receipt.status(), UNSEEN_RETURN);
        } else {
            back(context, receipt.payment());
        }
    }

    private static void retryAfter(Context context, PayTabsReceipt receipt) {
        if (receipt.answer() == WebhookAnswer.RETRY_LATER) {
            context.header("Retry-After", Long.toString(Problem.seconds(receipt.retryAfter())));
        }
    }

    private static void page(Context context, int status, String page) {
        context.status(status)
                .header("Content-Security-Policy", "default-src 'none'")
                .contentType("text/html; charset=utf-8")
                .result(page);
    }

    private static String page(String sentence) {
        return "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Payment</title><p>" + sentence
                + " The payment's state is in <a href=\"/\">your list</a>.</p></html>";
    }

    private static void back(Context context, Optional<Payment> payment) {
        context.redirect(payment.map(known -> "/?payment=" + known.id()).orElse("/"), HttpStatus.SEE_OTHER);
    }

    private WebhookRequest received(Context context) {
        HttpServletRequest request = context.req();
        try {
            WebhookRequest.Builder received = WebhookRequest.builder(request.getInputStream(), webhooks.maxBodyBytes())
                    .method(request.getMethod())
                    .query(request.getQueryString())
                    .peer(peer(request));
            for (String name : Collections.list(request.getHeaderNames())) {
                Collections.list(request.getHeaders(name)).forEach(value -> received.header(name, value));
            }
            return received.build();
        } catch (IOException brokeOff) {
            // the sender's affair, who is gone and sends it again
            LOG.debug("A notification broke off: {}", brokeOff.toString());
            throw Problem.of(400, "request-cut", "The request broke off", null).asException();
        }
    }

    private static InetAddress peer(HttpServletRequest request) {
        try {
            // an address in digits, so nothing is looked up
            return InetAddress.getByName(request.getRemoteAddr());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("the peer's address is none", impossible);
        }
    }
}
