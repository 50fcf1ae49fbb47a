package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionRef;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The API of PayTabs (PT2), typed: one method for each of its calls, for one profile. A method only prepares; the {@link
 * PayTabsCall} that it gives makes the call, once, on this thread or on another. Nothing is ever sent a second time
 * unasked, and no redirect is followed.
 *
 * <p>Every call goes through a guard: a circuit breaker, our own pace, one deadline for all attempts, and further attempts of what
 * provably never left. The client of {@link PayTabs#client()} shares the guard of {@link PayTabs#gateway()} with its settings. One that
 * was made here has a guard of its own: breakers that nobody else sees, one attempt, and the call timeout as its deadline. New payments
 * and follow-ups, queries, and all the rest have a breaker each, so that a broken invoice call stops no payment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsClient implements AutoCloseable {
    private static final Pattern LINK_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final PayTabsProfile profile;
    private final String invoicePath;
    private final PayTabsCall.Wire wire;
    private final @Nullable OkHttpClient owned;

    private PayTabsClient(Builder builder) {
        this.profile = builder.profile;
        this.invoicePath = builder.invoicePath;
        OkHttpClient http = builder.http();
        this.owned = builder.http == null ? http : null;
        this.wire = new PayTabsCall.Wire(
                new Transport(http, builder.profile, builder.clock),
                Guard.alone(builder.timeouts.call()),
                new CallLog(builder.nanoTime));
    }

    /** OkHttp ends no asynchronous call whose interceptor throws what cannot be printed. */
    private static Response asFailure(Interceptor.Chain chain) throws IOException {
        try {
            return chain.proceed(chain.request());
        } catch (IOException failure) {
            throw failure;
        } catch (Throwable broken) {
            throw new IOException("the call broke", broken);
        }
    }

    private PayTabsClient(PayTabsClient same, Guard guard) {
        this.profile = same.profile;
        this.invoicePath = same.invoicePath;
        this.owned = same.owned;
        this.wire = new PayTabsCall.Wire(same.wire.transport(), guard, same.wire.log());
    }

    /** This client behind another guard. Closing one closes both; their calls are timed together. */
    PayTabsClient behind(Guard guard) {
        return new PayTabsClient(this, guard);
    }

    /** Whose calls these are, without the key. */
    long profileId() {
        return profile.id();
    }

    Guard guard() {
        return wire.guard();
    }

    /** Tells of every call from now on. */
    void watch(CallLog.Watcher watcher) {
        wire.log().watch(watcher);
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
     * PayTabsOutcome.NotSent}: PayTabs refuses an equal request for less than two minutes and then
     * charges again.
     *
     * @param request the payment
     * @return the call
     */
    public PayTabsCall<ChargeReply> charge(ChargeRequest request) {
        return post(Api.CHARGE, "payment/request", request.json(profile), Shapes::charge);
    }

    /**
     * One transaction: {@code payment/query} by {@code tran_ref}. Repeatable.
     *
     * @param ref PayTabs' name for it
     * @return the call
     */
    public PayTabsCall<PayTabsTransaction> transaction(TransactionRef ref) {
        Objects.requireNonNull(ref, "ref");
        ByteString body = body(json -> json.writeStringField("tran_ref", ref.value()));
        return post(Api.TRANSACTION, "payment/query", body, json -> Shapes.one(json, ref));
    }

    /**
     * All transactions of a cart, in PayTabs' order, which is newest first where it was recorded: {@code payment/query} by {@code
     * cart_id}. Repeatable. Whether follow-ups of a cart's payments are among them is not documented: that one is missing proves
     * nothing.
     *
     * @param cartId the cart
     * @return the call; an accepted {@linkplain CartTransactions#isEmpty() empty} answer means that PayTabs knows none (yet)
     */
    public PayTabsCall<CartTransactions> transactions(CartId cartId) {
        Objects.requireNonNull(cartId, "cartId");
        ByteString body = body(json -> json.writeStringField("cart_id", cartId.value()));
        return call(Operation.post(Api.TRANSACTIONS, "payment/query", body, Shapes::all)
                .orIfAbsent(CartTransactions.NONE));
    }

    /**
     * Something done to an earlier transaction: {@code payment/request} with its reference. <strong>Not
     * repeatable</strong> unless the outcome is {@link PayTabsOutcome.NotSent}; two equal follow-ups
     * within two minutes may be taken for duplicates.
     *
     * @param request capture, void, release or refund
     * @return the call; a decline is an accepted transaction
     */
    public PayTabsCall<PayTabsTransaction> followUp(FollowUpRequest request) {
        return post(
                Api.FOLLOW_UP,
                "payment/request",
                request.json(profile),
                json -> Shapes.followUp(json, request.original()));
    }

    /**
     * A saved card: {@code payment/token}. Repeatable.
     *
     * @param token PayTabs' name for it; 1 to 64 characters
     * @return the call
     * @throws InvalidInputException if the token is of another form
     */
    public PayTabsCall<TokenDetails> token(String token) {
        return post(Api.TOKEN, "payment/token", named(token), json -> TokenDetails.of(Fields.of(json)));
    }

    /**
     * Forgets a saved card: {@code payment/token/delete}. Past payments stay. Repeatable; a second time may be
     * rejected.
     *
     * @param token PayTabs' name for it; 1 to 64 characters
     * @return the call
     * @throws InvalidInputException if the token is of another form
     */
    public PayTabsCall<Acknowledgement> deleteToken(String token) {
        return post(Api.DELETE_TOKEN, "payment/token/delete", named(token), Shapes::acknowledgement);
    }

    private ByteString named(String token) {
        Limits.text("token", token, 1, 64);
        return body(json -> json.writeStringField("token", token));
    }

    /**
     * A new invoice: {@code payment/invoice/new}, or the {@linkplain Builder#invoicePath(String) path} that was set.
     * <strong>Not repeatable</strong> unless the outcome is {@link PayTabsOutcome.NotSent}.
     *
     * @param request a payment with its {@linkplain ChargeRequest.Builder#invoice(InvoiceDetails) invoice}
     * @return the call
     * @throws InvalidInputException if the request has no invoice
     */
    public PayTabsCall<InvoiceLink> createInvoice(ChargeRequest request) {
        if (request.invoice().isEmpty()) {
            throw new InvalidInputException("invoice", "is missing", "a request with an invoice");
        }
        return post(Api.CREATE_INVOICE, invoicePath, request.json(profile), json -> InvoiceLink.of(Fields.of(json)));
    }

    /**
     * How an invoice stands: GET {@code payment/invoice/ID/status}. Repeatable.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @return the call
     * @throws InvalidInputException if the number is not above zero
     */
    public PayTabsCall<InvoiceStatus> invoiceStatus(long invoiceId) {
        return call(Operation.get(
                Api.INVOICE_STATUS, path(invoiceId, "status"), json -> InvoiceStatus.of(Fields.of(json))));
    }

    /**
     * How an invoice stands, asked with POST {@code payment/invoice/status}: PayTabs documents both ways. Repeatable.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @return the call
     * @throws InvalidInputException if the number is not above zero
     */
    public PayTabsCall<InvoiceStatus> invoiceStatusByPost(long invoiceId) {
        return post(
                Api.INVOICE_STATUS_BY_POST,
                "payment/invoice/status",
                numbered(invoiceId),
                json -> InvoiceStatus.of(Fields.of(json)));
    }

    /**
     * An invoice with all that PayTabs shows of it: GET {@code payment/invoice/ID/details}. PayTabs does not publish the answer's
     * fields, so all are kept as they came. Repeatable.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @return the call
     * @throws InvalidInputException if the number is not above zero
     */
    public PayTabsCall<InvoiceView> invoice(long invoiceId) {
        return call(Operation.get(Api.INVOICE, path(invoiceId, "details"), json -> InvoiceView.of(Fields.of(json))));
    }

    private static String path(long invoiceId, String what) {
        return "payment/invoice/" + Limits.id("invoice_id", invoiceId) + "/" + what;
    }

    /**
     * Cancels an invoice: {@code payment/invoice/cancel}. Repeatable; a second time may be rejected.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @return the call
     * @throws InvalidInputException if the number is not above zero
     */
    public PayTabsCall<Acknowledgement> cancelInvoice(long invoiceId) {
        return post(Api.CANCEL_INVOICE, "payment/invoice/cancel", numbered(invoiceId), Shapes::acknowledgement);
    }

    /**
     * Cancels an invoice with PUT {@code payment/invoice/ID/cancel}: PayTabs documents both ways. Repeatable; a second time may be
     * rejected.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @return the call
     * @throws InvalidInputException if the number is not above zero
     */
    public PayTabsCall<Acknowledgement> cancelInvoiceByPut(long invoiceId) {
        return call(Operation.put(
                Api.CANCEL_INVOICE_BY_PUT, path(invoiceId, "cancel"), numbered(invoiceId), Shapes::acknowledgement));
    }

    private ByteString numbered(long invoiceId) {
        Limits.id("invoice_id", invoiceId);
        return body(json -> json.writeNumberField("invoice_id", invoiceId));
    }

    /**
     * Records that an invoice was paid outside PayTabs: {@code payment/invoice/paid}. In Saudi Arabia and the United Arab
     * Emirates only, and only when enabled. <strong>Not repeatable</strong> unless the outcome is {@link
     * PayTabsOutcome.NotSent}.
     *
     * @param payment how it was paid
     * @return the call
     */
    public PayTabsCall<Acknowledgement> markInvoicePaid(InvoicePayment payment) {
        ByteString body = body(json -> {
            json.writeNumberField("invoice_id", payment.invoiceId());
            json.writeStringField("invoice_currency", payment.total().currencyCode());
            Json.amount(json, "invoice_total", payment.total());
            json.writeStringField("pay_method", payment.method().wire());
            json.writeStringField("pay_description", payment.description());
        });
        return post(Api.MARK_INVOICE_PAID, "payment/invoice/paid", body, Shapes::acknowledgement);
    }

    /**
     * Sends an invoice's link to a telephone: {@code payment/invoice/ID/sms}. Each call sends a message.
     *
     * @param invoiceId PayTabs' number for it; above zero
     * @param phone 4 to 32 characters, with the country's prefix
     * @return the call
     * @throws InvalidInputException if one of the two is of another form
     */
    public PayTabsCall<Acknowledgement> textInvoice(long invoiceId, String phone) {
        Limits.text("phone", phone, 4, 32);
        ByteString body =
                body(json -> Json.child(json, "customer_details", child -> child.writeStringField("phone", phone)));
        return post(Api.TEXT_INVOICE, path(invoiceId, "sms"), body, Shapes::acknowledgement);
    }

    /**
     * A new link that can be paid on many times: {@code payment/link/create}.
     *
     * @param request the link
     * @return the call
     */
    public PayTabsCall<PayLink> createLink(PayLinkRequest request) {
        return post(Api.CREATE_LINK, "payment/link/create", request.json(profile), json -> PayLink.of(Fields.of(json)));
    }

    /**
     * A link that was made before: GET {@code payment/link/view/PROFILE/LINK}. Repeatable.
     *
     * @param linkId PayTabs' name for it; 1 to 64 letters, digits and hyphens
     * @return the call
     * @throws InvalidInputException if the name is of another form
     */
    public PayTabsCall<PayLink> link(String linkId) {
        Limits.matching("link_id", linkId, LINK_ID, "1 to 64 letters, digits and hyphens");
        return call(Operation.get(
                Api.LINK, "payment/link/view/" + profile.id() + "/" + linkId, json -> PayLink.of(Fields.of(json))));
    }

    /**
     * By which instalments a customer of valU could pay an amount, Egypt: {@code payment/info/valu/inquiry}. Nothing is charged.
     * Repeatable. PayTabs publishes the path only; the fields are those that its own shop plugin sends and reads, and whatever else is
     * in the answer is kept as it came.
     *
     * @param amount what is to be paid, 0.01 to 9999999999.99; valU takes Egyptian pounds
     * @param phone the customer's number at valU, 4 to 32 characters
     * @return the call
     * @throws InvalidInputException if one of the two is of another form
     */
    public PayTabsCall<ValuPlans> valuPlans(Money amount, String phone) {
        Limits.amount("cart_amount", amount);
        Limits.text("phone", phone, 4, 32);
        ByteString body = body(json -> {
            Json.amount(json, "cart_amount", amount);
            json.writeStringField("cart_currency", amount.currencyCode());
            Json.child(json, "customer_details", child -> child.writeStringField("phone", phone));
        });
        return post(Api.VALU_PLANS, "payment/info/valu/inquiry", body, json -> ValuPlans.of(Fields.of(json)));
    }

    /**
     * A payment by SADAD, Saudi Arabia: {@code payment/apm/sadad/ifs/inquiry}. Repeatable. It answers with a transaction, as
     * {@link #transaction} does; where the two differ is not published.
     *
     * @param ref PayTabs' name for it
     * @return the call
     */
    public PayTabsCall<PayTabsTransaction> sadadTransaction(TransactionRef ref) {
        Objects.requireNonNull(ref, "ref");
        ByteString body = body(json -> json.writeStringField("tran_ref", ref.value()));
        return post(Api.SADAD_TRANSACTION, "payment/apm/sadad/ifs/inquiry", body, json -> Shapes.one(json, ref));
    }

    /** A body that begins with the profile's number. */
    private ByteString body(Json.Content content) {
        return Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            content.write(json);
        });
    }

    private <T> PayTabsCall<T> post(Api api, String path, ByteString body, Operation.Shape<T> shape) {
        return call(Operation.post(api, path, body, shape));
    }

    private <T> PayTabsCall<T> call(Operation<T> operation) {
        return new PayTabsCall<>(wire, operation);
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
        private String invoicePath = "payment/invoice/new";
        private PayTabsTimeouts timeouts = PayTabsTimeouts.defaults();
        private Clock clock = Clock.systemUTC();
        private LongSupplier nanoTime = System::nanoTime;

        private static final Pattern PATH = Pattern.compile("[a-z]+(/[a-z]+){0,5}");

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
         * Where new invoices are made, on which PayTabs' documents differ; {@code payment/invoice/new} by default.
         *
         * @param path below the base address, for example {@code payment/new/invoice}
         * @return this
         * @throws InvalidInputException if the path is of another form
         */
        public Builder invoicePath(String path) {
            this.invoicePath = Limits.matching("invoicePath", path, PATH, "lower-case words with slashes between");
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
            builder.interceptors().add(0, PayTabsClient::asFailure);
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
            return new OkHttpClient.Builder().dispatcher(dispatcher).socketFactory(new PromptSockets());
        }
    }
}
