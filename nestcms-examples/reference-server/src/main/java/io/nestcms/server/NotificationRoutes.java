package io.nestcms.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.DatabaseUnavailableException;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.service.Payments;
import io.nestcms.paytabs.PayTabsNotifications;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What PayTabs and the payer's browser send. Both are hints: they are verified, compared with the order, and then the
 * gateway is asked. A sender learns nothing from a refusal.
 */
final class NotificationRoutes {
    static final String WEBHOOK = "/payments/v2/webhook";
    static final String RETURN = "/payments/v2/return";

    private static final Logger LOG = LoggerFactory.getLogger(NotificationRoutes.class);
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");
    private static final int RETURN_BYTES = 16 * 1024;
    private static final String REFUSED_RETURN = page("This way back could not be verified.");
    private static final String UNSEEN_RETURN =
            page("Your payment is being looked into: we cannot see it at this moment. Do not pay again.");
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Payments payments;
    private final PayTabsNotifications notifications;
    private final WebhookVerifier callbacks;
    private final WebhookVerifier returns;

    private NotificationRoutes(
            Payments payments, PayTabsNotifications notifications, WebhookVerifier callbacks, WebhookVerifier returns) {
        this.payments = payments;
        this.notifications = notifications;
        this.callbacks = callbacks;
        this.returns = returns;
    }

    /** Routes for one profile; {@code listener} hears what becomes of each notification. */
    static NotificationRoutes of(
            Payments payments,
            Backends backends,
            ServerSettings.Origins origins,
            Clock clock,
            WebhookListener listener) {
        List<SigningSecret> keys = List.of(SigningSecret.utf8(backends.serverKey()));
        TrustedProxies proxies = TrustedProxies.of(origins.proxies(), TrustedProxies.Header.X_FORWARDED_FOR);
        // alerts only: payers and gateway may come from one address, and a block would keep the genuine out
        ThreatMonitor threats = ThreatMonitor.builder().block(Duration.ZERO).build();
        WebhookVerifier.Builder callbacks = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), keys)
                .expectedProfile(backends.profile().id());
        List<String> sources = backends.sandbox() != null && origins.sources().isEmpty() ? LOOPBACK : origins.sources();
        if (!sources.isEmpty()) {
            callbacks.sources(IpAllowList.of(sources));
        }
        WebhookVerifier.Builder returns = WebhookVerifier.builder(SignatureScheme.payTabsReturn(), keys)
                .headers(HeaderRules.builder()
                        .contentType("application/x-www-form-urlencoded")
                        .build())
                .maxBodyBytes(RETURN_BYTES);
        for (WebhookVerifier.Builder each : List.of(callbacks, returns)) {
            each.proxies(proxies).threatMonitor(threats).clock(clock).listener(listener);
        }
        return new NotificationRoutes(
                payments, PayTabsNotifications.of(backends.profile()), callbacks.build(), returns.build());
    }

    void register(RoutesConfig routes) {
        routes.post(WEBHOOK, this::webhook);
        routes.post(RETURN, this::payerReturns);
    }

    private void webhook(Context context) {
        callbacks
                .verify(received(context, callbacks))
                .fold(
                        proof -> answer(context, follow(proof, callbacks)),
                        refusal -> answer(context, Outcome.of(refusal.answer())));
    }

    /** A payer gets a page, whatever happens; the callback and the reconciler see to the payment. */
    private void payerReturns(Context context) {
        try {
            follow(context);
        } catch (DatabaseUnavailableException outage) {
            LOG.warn("A payer's way back could not be followed: {}", outage.getMessage());
            context.header("Retry-After", Long.toString(Problem.seconds(SOON)));
            page(context, 503, UNSEEN_RETURN);
        }
    }

    private void follow(Context context) {
        returns.verify(received(context, returns))
                .fold(
                        proof -> {
                            Outcome outcome = follow(proof, returns);
                            return outcome.answer() == WebhookAnswer.REFUSED
                                    ? refuse(context)
                                    : back(context, outcome.payment());
                        },
                        refusal -> refuse(context));
    }

    /**
     * How a notification ended.
     *
     * @param answer for its sender
     * @param retryAfter when to send it again
     * @param payment the payment, as it is on record
     */
    private record Outcome(WebhookAnswer answer, Duration retryAfter, Optional<Payment> payment) {
        static Outcome of(WebhookAnswer answer) {
            return new Outcome(answer, SOON, Optional.empty());
        }

        static Outcome done(Payment payment) {
            return new Outcome(WebhookAnswer.ACCEPTED, Duration.ZERO, Optional.of(payment));
        }
    }

    private Outcome follow(VerifiedWebhook proof, WebhookVerifier verifier) {
        GatewayNotification notification;
        try {
            notification = notifications.read(proof);
        } catch (InvalidInputException unfit) {
            return Outcome.of(verifier.reject(proof, Refusal.contentMismatch(unfit.field())));
        }
        ApplyResult result = payments.apply(notification);
        if (result instanceof ApplyResult.Applied applied) {
            return Outcome.done(applied.payment());
        }
        if (result instanceof ApplyResult.Unchanged unchanged) {
            return Outcome.done(unchanged.payment());
        }
        if (result instanceof ApplyResult.Deferred deferred) {
            return new Outcome(WebhookAnswer.RETRY_LATER, deferred.retryAfter(), Optional.of(deferred.payment()));
        }
        PaymentRefusal refusal = ((ApplyResult.Refused) result).refusal();
        if (refusal == PaymentRefusal.CART_UNKNOWN) {
            // genuine, and of something that another system took on the same profile; what follows up a transaction may
            // have
            // overtaken the news of that one, and is sent again
            LOG.debug("A notification of transaction {} is of no payment here", notification.ref());
            return Outcome.of(notification.previousRef() == null ? WebhookAnswer.ACCEPTED : WebhookAnswer.RETRY_LATER);
        }
        return Outcome.of(verifier.reject(proof, Refusal.contentMismatch(field(refusal))));
    }

    private static String field(PaymentRefusal refusal) {
        return switch (refusal) {
            case AMOUNT_MISMATCH -> "cart_amount";
            case CURRENCY_MISMATCH -> "cart_currency";
            case REFERENCE_MISMATCH -> "tran_ref";
            default -> "cart_id";
        };
    }

    private static Context answer(Context context, Outcome outcome) {
        if (outcome.answer() == WebhookAnswer.RETRY_LATER) {
            context.header("Retry-After", Long.toString(Problem.seconds(outcome.retryAfter())));
        }
        return context.status(outcome.answer().status());
    }

    private static Context refuse(Context context) {
        return page(context, 401, REFUSED_RETURN);
    }

    private static Context page(Context context, int status, String page) {
        return context.status(status)
                .header("Content-Security-Policy", "default-src 'none'")
                .contentType("text/html; charset=utf-8")
                .result(page);
    }

    private static String page(String sentence) {
        return "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Payment</title><p>" + sentence
                + " The payment's state is in <a href=\"/\">your list</a>.</p></html>";
    }

    private static Context back(Context context, Optional<Payment> payment) {
        context.redirect(payment.map(known -> "/?payment=" + known.id()).orElse("/"), HttpStatus.SEE_OTHER);
        return context;
    }

    private static WebhookRequest received(Context context, WebhookVerifier verifier) {
        HttpServletRequest request = context.req();
        try {
            WebhookRequest.Builder received = WebhookRequest.builder(request.getInputStream(), verifier.maxBodyBytes())
                    .method(request.getMethod())
                    .query(request.getQueryString())
                    .peer(peer(request));
            for (String name : Collections.list(request.getHeaderNames())) {
                Collections.list(request.getHeaders(name)).forEach(value -> received.header(name, value));
            }
            return received.build();
        } catch (IOException broken) {
            throw new UncheckedIOException("a notification broke off", broken);
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
