package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionRef;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The API of PayTabs (PT2), typed: one method for each of its calls, for one profile. A method only prepares; the {@link
 * PayTabsCall} that it gives makes the call, once, on this thread or on another. Nothing is ever sent a second time
 * unasked, no redirect is followed, and no breaker stands before it: that is the business of {@link PayTabsGateway}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsClient implements AutoCloseable {
    private final PayTabsProfile profile;
    private final Transport transport;
    private final CallLog log;
    private final @Nullable OkHttpClient owned;

    private PayTabsClient(Builder builder) {
        this.profile = builder.profile;
        OkHttpClient http = builder.http();
        this.owned = builder.http == null ? http : null;
        this.transport = new Transport(http, builder.profile, builder.clock);
        this.log = new CallLog(builder.nanoTime);
    }

    /**
     * A client with the defaults.
     *
     * @param profile whose calls these are
     * @return the client
     */
    public static PayTabsClient create(PayTabsProfile profile) {
        return builder(profile).build();
    }

    /**
     * Begins a client.
     *
     * @param profile whose calls these are
     * @return a builder
     */
    public static Builder builder(PayTabsProfile profile) {
        return new Builder(profile);
    }

    /**
     * The profile.
     *
     * @return whose calls these are
     */
    public PayTabsProfile profile() {
        return profile;
    }

    /**
     * A new payment: {@code payment/request}. <strong>Not repeatable</strong> unless the outcome is {@link
     * io.nestcms.payment.GatewayOutcome.NotSent}: PayTabs refuses an equal request for less than two minutes and then
     * charges again.
     *
     * @param request the payment
     * @return the call
     */
    public PayTabsCall<ChargeReply> charge(ChargeRequest request) {
        return post("payment/request", request.json(profile), PayTabsClient::chargeReply);
    }

    /**
     * One transaction: {@code payment/query} by {@code tran_ref}. Repeatable.
     *
     * @param ref PayTabs' name for it
     * @return the call
     */
    public PayTabsCall<PayTabsTransaction> transaction(TransactionRef ref) {
        Objects.requireNonNull(ref, "ref");
        ByteString body = Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            json.writeStringField("tran_ref", ref.value());
        });
        return post("payment/query", body, json -> one(json, ref));
    }

    /**
     * All transactions of a cart, in PayTabs' order: {@code payment/query} by {@code cart_id}. Repeatable.
     *
     * @param cartId the cart
     * @return the call; an accepted empty list means that PayTabs knows none (yet)
     */
    public PayTabsCall<List<PayTabsTransaction>> transactions(CartId cartId) {
        Objects.requireNonNull(cartId, "cartId");
        ByteString body = Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            json.writeStringField("cart_id", cartId.value());
        });
        return call(new Operation<>("payment/query", body, PayTabsClient::all, List.of()));
    }

    private <T> PayTabsCall<T> post(String path, ByteString body, Operation.Shape<T> shape) {
        return call(new Operation<>(path, body, shape));
    }

    private <T> PayTabsCall<T> call(Operation<T> operation) {
        return new PayTabsCall<>(transport, log, operation);
    }

    private static ChargeReply chargeReply(JsonNode json) {
        Fields fields = Fields.of(json);
        PayTabsTransaction transaction = new PayTabsTransaction(fields);
        if (fields.has("redirect_url")) {
            URI page = Objects.requireNonNull(fields.url("redirect_url"));
            return new ChargeReply.Page(transaction, page);
        }
        if (transaction.result().isEmpty()) {
            throw new UnreadableReplyException("neither redirect_url nor payment_result");
        }
        return new ChargeReply.Completed(transaction);
    }

    private static PayTabsTransaction one(JsonNode json, TransactionRef asked) {
        PayTabsTransaction found = new PayTabsTransaction(Fields.of(json));
        if (!found.ref().equals(asked)) {
            throw new UnreadableReplyException("tran_ref is another one's");
        }
        return found;
    }

    private static List<PayTabsTransaction> all(JsonNode json) {
        if (!json.isArray()) {
            // a single transaction without its brackets
            return List.of(new PayTabsTransaction(Fields.of(json)));
        }
        List<PayTabsTransaction> all = new ArrayList<>(json.size());
        for (JsonNode each : json) {
            all.add(new PayTabsTransaction(Fields.of(each)));
        }
        return List.copyOf(all);
    }

    /**
     * Closes the HTTP client's connections and threads, unless the caller passed a client of its own. Calls that are on
     * their way go on to their end. May be repeated.
     */
    @Override
    public void close() {
        OkHttpClient http = owned;
        if (http != null) {
            http.dispatcher().executorService().shutdown();
            http.connectionPool().evictAll();
        }
    }

    /**
     * Collects the parts of a client. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PayTabsProfile profile;
        private @Nullable OkHttpClient http;
        private PayTabsTimeouts timeouts = PayTabsTimeouts.defaults();
        private Clock clock = Clock.systemUTC();
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(PayTabsProfile profile) {
            this.profile = Objects.requireNonNull(profile, "profile");
        }

        /**
         * The HTTP client to build upon: its connection pool, threads, proxy, TLS and interceptors are used; timeouts,
         * redirects and repeats are set as {@link PayTabsClient} needs them. One of its own by default, which {@link
         * PayTabsClient#close()} closes.
         *
         * @param client stays the caller's to close
         * @return this
         */
        public Builder httpClient(OkHttpClient client) {
            this.http = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * How long the parts of a call may take; {@link PayTabsTimeouts#defaults()} by default.
         *
         * @param limits the four limits
         * @return this
         */
        public Builder timeouts(PayTabsTimeouts limits) {
            this.timeouts = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * The clock that a Retry-After with a date is compared with; the system's by default.
         *
         * @param wallClock tells the time of day
         * @return this
         */
        public Builder clock(Clock wallClock) {
            this.clock = Objects.requireNonNull(wallClock, "wallClock");
            return this;
        }

        /**
         * What durations in the log are measured with; {@link System#nanoTime()} by default.
         *
         * @param ticker gives nanoseconds from any fixed moment
         * @return this
         */
        public Builder ticker(LongSupplier ticker) {
            this.nanoTime = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Makes the client.
         *
         * @return the client
         */
        public PayTabsClient build() {
            return new PayTabsClient(this);
        }

        private OkHttpClient http() {
            OkHttpClient given = http;
            OkHttpClient.Builder builder = given == null ? fresh() : given.newBuilder();
            return builder.connectTimeout(timeouts.connect())
                    .writeTimeout(timeouts.write())
                    .readTimeout(timeouts.read())
                    .callTimeout(timeouts.call())
                    .followRedirects(false)
                    .followSslRedirects(false)
                    .retryOnConnectionFailure(false)
                    .build();
        }

        private static OkHttpClient.Builder fresh() {
            Dispatcher dispatcher = new Dispatcher();
            // all calls go to one host, for which OkHttp's default is five at once
            dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
            return new OkHttpClient.Builder().dispatcher(dispatcher);
        }
    }
}
