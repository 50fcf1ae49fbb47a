package io.nestcms.benchmarks.webhook;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.stripe.exception.SignatureVerificationException;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.PayloadRules;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TimestampRule;
import io.nestcms.webhook.Verification;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One genuine message verified. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(java.util.concurrent.TimeUnit.NANOSECONDS)
public class VerifyBenchmark {
    private static final byte[] KEY = "0123456789abcdef01234567".getBytes(StandardCharsets.US_ASCII);
    private static final String BASE64_KEY = Base64.getEncoder().encodeToString(KEY);
    private static final String STRIPE_SECRET = "whsec_0123456789abcdef01234567";
    private static final TimestampRule ALWAYS = new TimestampRule(Duration.ofDays(1), Duration.ofDays(1));

    /** The size of the body. */
    @Param({"256", "1024", "16384", "262144"})
    public int bytes;

    private byte[] body;
    private String text;
    private SecretKeySpec jcaKey;

    private WebhookVerifier payTabs;
    private WebhookVerifier payTabsWithPayload;
    private WebhookVerifier standard;
    private WebhookVerifier stripe;
    private WebhookRequest payTabsRequest;
    private WebhookRequest standardRequest;
    private WebhookRequest stripeRequest;
    private Webhook rivalStandard;
    private HttpHeaders standardHeaders;
    private String stripeHeader;

    /** Signs the message for everybody. */
    @Setup
    public void signForEverybody() throws GeneralSecurityException, UnknownHostException {
        body = Messages.ofSize(bytes);
        text = new String(body, StandardCharsets.UTF_8);
        jcaKey = new SecretKeySpec(KEY, "HmacSHA256");
        SigningSecret secret = SigningSecret.of(KEY);
        SigningSecret stripeSecret = SigningSecret.utf8(STRIPE_SECRET);
        Instant now = Instant.now();

        payTabs = checked(WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(secret)))
                .build();
        payTabsWithPayload = checked(WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(secret)))
                .payload(PayloadRules.json()
                        .profile("profile_id", Set.of("90417"))
                        .build())
                .build();
        standard = checked(WebhookVerifier.builder(SignatureScheme.standardWebhooks(), List.of(secret)))
                .build();
        stripe = checked(WebhookVerifier.builder(SignatureScheme.stripe(), List.of(stripeSecret)))
                .build();

        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(jcaKey);
        payTabsRequest = request(Map.of("Signature", HexFormat.of().formatHex(mac.doFinal(body))));
        Map<String, String> signed =
                WebhookSigner.standardWebhooks(List.of(secret)).headers("msg_1", now, body);
        standardRequest = request(signed);
        standardHeaders = HttpHeaders.of(
                signed.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))),
                (name, value) -> true);
        rivalStandard = new Webhook(BASE64_KEY);
        Map<String, String> stripeSigned =
                WebhookSigner.stripe(List.of(stripeSecret)).headers("", now, body);
        stripeHeader = stripeSigned.get("Stripe-Signature");
        stripeRequest = request(stripeSigned);
    }

    private static WebhookVerifier.Builder checked(WebhookVerifier.Builder builder) {
        return builder.timestamps(ALWAYS)
                .sources(IpAllowList.of(List.of("192.0.2.0/24", "2001:db8::/32")))
                .headers(HeaderRules.builder().contentType("application/json").build())
                .threatMonitor(ThreatMonitor.builder().build());
    }

    private WebhookRequest request(Map<String, String> headers) throws UnknownHostException {
        WebhookRequest.Builder builder = WebhookRequest.builder(body)
                .header("Host", "shop.example.test")
                .header("User-Agent", "IPN/1.0")
                .header("Content-Type", "application/json")
                .header("Content-Length", Integer.toString(bytes))
                .header("Accept-Encoding", "gzip")
                .peer(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 10}));
        headers.forEach(builder::header);
        return builder.build();
    }

    /** Keeps a Mac in each thread. */
    @State(Scope.Thread)
    public static class OwnMac {
        private Mac mac;

        /** Sets the Mac up. */
        @Setup
        public void setUp() throws GeneralSecurityException {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        }
    }

    /** No check at all, only the HMAC, with a Mac that is kept. */
    @Benchmark
    public byte[] bareHmacReused(OwnMac own) {
        return own.mac.doFinal(body);
    }

    /** No check at all, only the HMAC, with a Mac that is made anew. */
    @Benchmark
    public byte[] bareHmacNew() throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(jcaKey);
        return mac.doFinal(body);
    }

    /** Guard, signature, source address, headers. */
    @Benchmark
    public Verification nestcmsPayTabs() {
        return payTabs.verify(payTabsRequest);
    }

    /** Guard, signature, source address, headers, and the JSON read strictly to its end. */
    @Benchmark
    public Verification nestcmsPayTabsWithJson() {
        return payTabsWithPayload.verify(payTabsRequest);
    }

    /** Guard, signature, timestamp, source address, headers. */
    @Benchmark
    public Verification nestcmsStandard() {
        return standard.verify(standardRequest);
    }

    /** Guard, signature, timestamp, source address, headers. */
    @Benchmark
    public Verification nestcmsStripe() {
        return stripe.verify(stripeRequest);
    }

    /** Signature and timestamp; the text is there already. */
    @Benchmark
    public void standardWebhooks() throws WebhookVerificationException {
        rivalStandard.verify(text, standardHeaders);
    }

    /** Signature and timestamp; the text is there already. */
    @Benchmark
    public boolean stripeJava() throws SignatureVerificationException {
        return com.stripe.net.Webhook.Signature.verifyHeader(text, stripeHeader, STRIPE_SECRET, 86_400);
    }
}
