package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.service.Payments;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.TimestampRule;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What PayTabs and the payer's browser send, from the raw request to the HTTP answer: it is verified, read, compared with the order, and
 * then the gateway is asked. There is an answer in every case; a sender learns nothing from a refusal.
 *
 * <p>Safe for use by many threads. The same delivery may come any number of times.
 *
 * @since 0.1
 */
public final class PayTabsWebhooks {
    private static final Logger LOG = LoggerFactory.getLogger(PayTabsWebhooks.class);
    private static final int RETURN_BYTES = 16 * 1024;

    private final Payments payments;
    private final PayTabsNotifications notifications;
    private final WebhookVerifier callbacks;
    private final WebhookVerifier returns;
    private final TimestampRule times;

    private PayTabsWebhooks(Builder builder) {
        this.payments = builder.payments;
        this.notifications = PayTabsNotifications.of(builder.profile);
        this.times = builder.times;
        WebhookVerifier.Builder callback = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), builder.secrets)
                .expectedProfile(builder.profile.id());
        builder.callbacks.accept(callback);
        this.callbacks = callback.build();
        WebhookVerifier.Builder browser = WebhookVerifier.builder(SignatureScheme.payTabsReturn(), builder.secrets)
                .headers(HeaderRules.builder()
                        .contentType("application/x-www-form-urlencoded")
                        .build())
                .maxBodyBytes(RETURN_BYTES);
        builder.returns.accept(browser);
        this.returns = browser.build();
    }

    static Builder builder(PayTabsProfile profile, Payments payments) {
        return new Builder(profile, payments);
    }

    /**
     * The longest body worth reading from either sender; a longer one is refused whatever it holds.
     *
     * @return bytes, for {@link WebhookRequest#builder(java.io.InputStream, int)}
     */
    public int maxBodyBytes() {
        return Math.max(callbacks.maxBodyBytes(), returns.maxBodyBytes());
    }

    /**
     * Takes a callback or an IPN. May be repeated safely.
     *
     * @param request the raw request
     * @return the answer: 200 when the payment is up to date or it concerns none of ours, 401 when it is refused, 503 when it should be
     *     sent again, as the gateway or the store could not be asked
     */
    public PayTabsReceipt receive(WebhookRequest request) {
        PayTabsReceipt[] reached = new PayTabsReceipt[1];
        WebhookAnswer answer = callbacks
                .handle(request, proof -> {
                    reached[0] = callback(proof);
                    return reached[0].answer();
                })
                .answer();
        return reached[0] == null ? PayTabsReceipt.of(answer) : reached[0];
    }

    /**
     * Takes the payer's way back. It has no amount and proves nothing: the gateway is asked all the same. May be repeated safely, as a
     * payer who reloads the page does.
     *
     * @param request the raw request
     * @return the answer, as of {@link #receive}; with 401 and 503 the payer still wants a page to look at
     */
    public PayTabsReceipt receiveReturn(WebhookRequest request) {
        return returns.verify(request)
                .fold(proof -> follow(proof, returns), refusal -> PayTabsReceipt.of(refusal.answer()));
    }

    /** The time is one of the event, not of the delivery: a late one is no worse for it, and one without is taken. */
    private PayTabsReceipt callback(VerifiedWebhook proof) {
        Optional<Refusal> untimely;
        try {
            untimely = notifications
                    .transaction(proof)
                    .result()
                    .map(PayTabsTransaction.PaymentResult::at)
                    .flatMap(at -> times.check(at, proof.receivedAt()));
        } catch (InvalidInputException unfit) {
            return unfit(proof, callbacks, unfit);
        }
        return untimely.isPresent()
                ? PayTabsReceipt.of(callbacks.reject(proof, untimely.get()))
                : follow(proof, callbacks);
    }

    private PayTabsReceipt follow(VerifiedWebhook proof, WebhookVerifier verifier) {
        GatewayNotification notification;
        try {
            notification = notifications.read(proof);
        } catch (InvalidInputException unfit) {
            return unfit(proof, verifier, unfit);
        }
        ApplyResult result;
        try {
            result = payments.apply(notification);
        } catch (Throwable broken) {
            // the store's, mostly: told again, it may do better, and the reconciler finds what is never told again
            LOG.warn(
                    "Notification of transaction {} could not be followed: {}",
                    notification.ref(),
                    broken.getClass().getName());
            return PayTabsReceipt.of(WebhookAnswer.RETRY_LATER);
        }
        return result.fold(
                applied -> PayTabsReceipt.done(applied.payment()),
                unchanged -> PayTabsReceipt.done(unchanged.payment()),
                deferred -> PayTabsReceipt.later(deferred.payment(), deferred.retryAfter()),
                refused -> refused(proof, verifier, notification, refused.refusal()));
    }

    private static PayTabsReceipt unfit(VerifiedWebhook proof, WebhookVerifier verifier, InvalidInputException unfit) {
        return PayTabsReceipt.of(verifier.reject(proof, Refusal.contentMismatch(unfit.field())));
    }

    private static PayTabsReceipt refused(
            VerifiedWebhook proof, WebhookVerifier verifier, GatewayNotification notification, PaymentRefusal refusal) {
        if (refusal == PaymentRefusal.CART_UNKNOWN) {
            // genuine, and of something that another system took on the same profile; what follows up a transaction may
            // have
            // overtaken the news of that one, and is sent again
            LOG.debug("Notification of transaction {} is of no payment here", notification.ref());
            return PayTabsReceipt.of(
                    notification.previousRef() == null ? WebhookAnswer.ACCEPTED : WebhookAnswer.RETRY_LATER);
        }
        return PayTabsReceipt.of(verifier.reject(proof, Refusal.contentMismatch(field(refusal))));
    }

    private static String field(PaymentRefusal refusal) {
        return switch (refusal) {
            case AMOUNT_MISMATCH -> "cart_amount";
            case CURRENCY_MISMATCH -> "cart_currency";
            case REFERENCE_MISMATCH -> "tran_ref";
            default -> "cart_id";
        };
    }

    /**
     * Collects the parts. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PayTabsProfile profile;
        private final Payments payments;
        private final List<SigningSecret> secrets = new ArrayList<>();
        private Consumer<WebhookVerifier.Builder> callbacks = options -> {};
        private Consumer<WebhookVerifier.Builder> returns = options -> {};
        // PayTabs' clock and ours may differ by much; a day ahead is no clock's fault
        private TimestampRule times = TimestampRule.notFromTheFuture(Duration.ofDays(1));

        private Builder(PayTabsProfile profile, Payments payments) {
            this.profile = Objects.requireNonNull(profile, "profile");
            this.payments = Objects.requireNonNull(payments, "payments");
            secrets.add(SigningSecret.utf8(profile.serverKey()));
        }

        /**
         * Adds a key whose signature is good besides the profile's own: the old one for as long as a new one is being brought in.
         *
         * @param secret the other server key
         * @return this
         */
        public Builder alsoSignedBy(SigningSecret secret) {
            secrets.add(Objects.requireNonNull(secret, "secret"));
            return this;
        }

        /**
         * Sets options of what verifies callbacks and IPNs: the sources, the replay guard, proxies, a listener. PayTabs publishes no
         * addresses, so all sources may send unless you set them.
         *
         * @param options called by {@link #build()}
         * @return this
         */
        public Builder callbacks(Consumer<WebhookVerifier.Builder> options) {
            this.callbacks = callbacks.andThen(options);
            return this;
        }

        /**
         * Sets options of what verifies the payer's way back. A replay guard is not asked here: a payer may reload the page.
         *
         * @param options called by {@link #build()}
         * @return this
         */
        public Builder returns(Consumer<WebhookVerifier.Builder> options) {
            this.returns = returns.andThen(options);
            return this;
        }

        /**
         * Sets how far a callback's {@code payment_result.transaction_time} may be from ours. Default: a day ahead, and any age, as PayTabs
         * delivers late and an asynchronous result bears the time of its payment. One without a time is taken.
         *
         * @param rule the tolerances
         * @return this
         */
        public Builder times(TimestampRule rule) {
            this.times = Objects.requireNonNull(rule, "rule");
            return this;
        }

        /**
         * Builds it.
         *
         * @return what receives
         */
        public PayTabsWebhooks build() {
            return new PayTabsWebhooks(this);
        }
    }
}
