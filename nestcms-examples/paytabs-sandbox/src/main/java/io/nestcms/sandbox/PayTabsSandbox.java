package io.nestcms.sandbox;

import io.javalin.config.RoutesConfig;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running PayTabs stand-in: real HTTP on the loopback interface, one port for the gateway and one to control it.
 *
 * <pre>{@code
 * try (PayTabsSandbox sandbox = PayTabsSandbox.builder().start()) {
 *     sandbox.faults().next(1, "/payment/request", Fault.dropReply());
 *     // ... point a client at sandbox.baseUri() with sandbox.profileId() and sandbox.serverKey()
 *     assert sandbox.ledger().totals("ORD-1").charges() == 1;
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads. {@link #close()} may be repeated.
 *
 * @since 0.1
 */
public final class PayTabsSandbox implements AutoCloseable {
    private final Settings settings;
    private final @Nullable LedgerFile file;
    private final Ledger ledger;
    private final Calls calls;
    private final Faults faults;
    private final Acquirer acquirer;
    private final FollowUps followUps;
    private final Callbacks callbacks;
    private final Serving serving;
    private final Listener main;
    private final Listener control;
    private final PageAddresses addresses = new PageAddresses();

    PayTabsSandbox(Settings settings, HttpClient client) {
        this.settings = settings;
        References references = new References(settings.clock(), settings.random());
        file = settings.ledgerFile() == null ? null : new LedgerFile(settings.ledgerFile());
        ledger = new Ledger(file);
        Appearance appearance = new Appearance(settings.switches(), ledger);
        Wire wire = new Wire(settings, references, appearance);
        Bills bills = new Bills(file);
        calls = new Calls(settings.clock());
        faults = new Faults(settings.faultRandom(), settings.switches());
        callbacks = new Callbacks(settings, wire, faults, client);
        acquirer = new Acquirer(settings, ledger, references, faults, callbacks::send);
        serving = new Serving(settings, faults, calls, wire);
        LedgerPages pages = new LedgerPages(ledger, calls, callbacks);
        followUps = new FollowUps(settings.switches(), acquirer, ledger);
        MerchantAccess access = new MerchantAccess(settings);
        Invoicing invoicing = new Invoicing(settings, acquirer, ledger, bills, references);
        PaymentTokens tokens = new PaymentTokens(settings, references);
        PaymentRequests requests = new PaymentRequests(settings, acquirer, followUps, invoicing, tokens, ledger);
        Runnable undo = () -> {
            callbacks.close();
            close(file);
        };
        Consumer<RoutesConfig> gateway = routes -> {
            new ApiRoutes(
                            settings,
                            serving,
                            access,
                            requests,
                            acquirer,
                            ledger,
                            appearance,
                            wire,
                            addresses,
                            references)
                    .register(routes);
            new BillRoutes(serving, access, invoicing, bills, appearance, addresses, references).register(routes);
            new ManagedForm(settings, serving, tokens, references).register(routes);
            new PayerPages(settings, serving, acquirer, ledger, addresses).register(routes);
            pages.register(routes);
        };
        main = open(
                () -> new Listener(settings.host(), settings.port(), settings.tls(), faults::takeInputCut, gateway),
                undo);
        faults.attach(main);
        addresses.at(settings.publicUri() == null ? uri(main) : settings.publicUri());
        ControlRoutes controls =
                new ControlRoutes(faults, new SwitchRequests(settings.switches()), ledger, acquirer, followUps, pages);
        control = open(
                () -> new Listener(settings.host(), settings.controlPort(), null, () -> 0, controls::register), () -> {
                    main.close();
                    undo.run();
                });
        callbacks.everySecond(acquirer::expire);
    }

    /** What is open already must not stay open when the next thing cannot be opened. */
    private static Listener open(Supplier<Listener> opening, Runnable undo) {
        try {
            return opening.get();
        } catch (RuntimeException e) {
            undo.run();
            throw e;
        }
    }

    private static void close(@Nullable LedgerFile file) {
        if (file != null) {
            file.close();
        }
    }

    /**
     * Begins a sandbox with free ports on 127.0.0.1, a random server key and nothing on disk.
     *
     * @return a builder, for one thread
     */
    public static SandboxBuilder builder() {
        return new SandboxBuilder();
    }

    /**
     * Where the gateway listens; what a client takes as its base URL.
     *
     * @return without a path and a slash at the end
     */
    public URI baseUri() {
        return uri(main);
    }

    /**
     * Where faults are asked for over HTTP.
     *
     * @return without a path and a slash at the end
     */
    public URI controlUri() {
        return uri(control);
    }

    /**
     * The profile that requests must name.
     *
     * @return as given to the builder, 90417 by default
     */
    public long profileId() {
        return settings.profileId();
    }

    /**
     * The key that requests must carry and that signs the notifications. A secret only as far as the sandbox goes.
     *
     * @return as given to the builder, else made at random; since {@link Switches#rotateServerKey} the new one
     */
    public String serverKey() {
        return settings.serverKey();
    }

    /**
     * The key that a managed form in the browser uses; not a secret.
     *
     * @return made at random
     */
    public String clientKey() {
        return settings.clientKey();
    }

    /**
     * What goes wrong next.
     *
     * @return always the same object
     */
    public Faults faults() {
        return faults;
    }

    /**
     * How the gateway behaves where that can be chosen.
     *
     * @return always the same object
     */
    public Switches switches() {
        return settings.switches();
    }

    /**
     * What was charged.
     *
     * @return always the same object
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * How many calls of a path arrived, with or without a fault.
     *
     * @param path for example {@code /payment/query}; the payer's pages count as {@code /payment/page}, {@code
     *     /payment/wr}, {@code /payment/page/pay} and {@code /payment/wr/pay}
     * @return 0 when none did
     */
    public long calls(String path) {
        return calls.count(path);
    }

    /**
     * How many calls of each path arrived.
     *
     * @return a copy
     */
    public Map<String, Long> calls() {
        return calls.counts();
    }

    /**
     * The tries to deliver a notification, oldest first; the latest 50,000 are kept.
     *
     * @return a copy
     */
    public List<Delivery> deliveries() {
        return callbacks.deliveries();
    }

    /**
     * Notifications that are neither delivered nor given up nor lost.
     *
     * @return 0 when the sandbox has nothing left to say
     */
    public int callbacksUnderWay() {
        return callbacks.underWay();
    }

    /**
     * Decides a transaction from outside, as a bank, a fraud team or a kiosk does later: pending to paid, on hold to paid,
     * declined with 300 to paid after all. A notification follows.
     *
     * @param ref the gateway's reference
     * @param status the letter: A, H, P, V, E, D, X or C
     * @param code the response code, or empty for the usual one of the status
     * @return the transaction as it is now
     * @throws IllegalArgumentException if there is no such transaction or no such status, or it was on hold and is captured
     */
    public LedgerEntry settle(String ref, String status, String code) {
        return LedgerEntry.of(acquirer.decide(found(ref), Status.valueOf(status.toUpperCase(Locale.ROOT)), code));
    }

    /**
     * Pays at the kiosk: a sale of its own follows the pending payment request, or the pending sale (InstaPay) becomes paid; and a
     * notification follows.
     *
     * @param ref the reference of what the payer promised to pay
     * @return the sale
     * @throws IllegalArgumentException if there is nothing pending of that reference, or it is paid
     */
    public LedgerEntry redeem(String ref) {
        return LedgerEntry.of(acquirer.redeem(found(ref)));
    }

    /**
     * Does what a person does in the dashboard, under the cart id of the payment: captures (a hold of anti-fraud too), voids (a sale
     * too), releases or refunds. Only the profile's own address is told, unless {@link Assumption#CALLBACKS_TELL_OF_THE_DASHBOARD}.
     *
     * @param ref the transaction it follows
     * @param type {@code capture}, {@code void}, {@code release} or {@code refund}
     * @param amount positive, in the currency of the transaction
     * @return the follow-up, which may be declined
     * @throws IllegalArgumentException if there is no such transaction or type, or the amount has too many decimals
     */
    public LedgerEntry followUp(String ref, String type, BigDecimal amount) {
        Transaction original = found(ref);
        return followUp(ref, type, amount, original.order().cartId());
    }

    /**
     * Does what a person does in the dashboard, or another system on the profile, under a cart id that the merchant may never have
     * given.
     *
     * @param ref the transaction it follows
     * @param type {@code capture}, {@code void}, {@code release} or {@code refund}
     * @param amount positive, in the currency of the transaction
     * @param cartId what the follow-up is named by
     * @return the follow-up, which may be declined
     * @throws IllegalArgumentException if there is no such transaction or type, or the amount has too many decimals
     */
    public LedgerEntry followUp(String ref, String type, BigDecimal amount, String cartId) {
        TranType named = TranType.named(type).orElseThrow(() -> new IllegalArgumentException("no type " + type));
        return LedgerEntry.of(followUps.fromDashboard(found(ref), named, amount, cartId));
    }

    /**
     * Closes every page and payment request whose time is over by the sandbox's clock. It happens by itself every second, and
     * whenever one is looked at.
     *
     * @return how many were closed
     */
    public int expirePages() {
        return acquirer.expire();
    }

    private Transaction found(String ref) {
        return ledger.find(ref).orElseThrow(() -> new IllegalArgumentException("no transaction " + ref));
    }

    /** Closes both ports and the ledger file; notifications that are not delivered yet are lost. */
    @Override
    public void close() {
        serving.close();
        callbacks.close();
        main.close();
        control.close();
        close(file);
    }

    private URI uri(Listener listener) {
        String scheme = listener == main && settings.tls() != null ? "https://" : "http://";
        return URI.create(scheme + settings.host() + ":" + listener.port());
    }
}
