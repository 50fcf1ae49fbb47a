package io.nestcms.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.paytabs.ChargeReply;
import io.nestcms.paytabs.ChargeRequest;
import io.nestcms.paytabs.PayTabsClient;
import io.nestcms.paytabs.PayTabsContact;
import io.nestcms.paytabs.PayTabsOutcome;
import io.nestcms.paytabs.PayTabsProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One new payment on a warm connection: our client beside what a careful caller would write with OkHttp and Jackson, the
 * same request to the same server on the same machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClientCallBenchmark {
    private static final String KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
    private static final MediaType JSON = MediaType.get("application/json");

    private Process gateway;
    private URI base;
    private PayTabsClient ours;
    private OkHttpClient bare;
    private ObjectMapper mapper;

    /** Starts the server's process and one client of each kind. */
    @Setup
    public void start() throws IOException {
        gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        CannedGateway.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = gateway.inputReader(StandardCharsets.US_ASCII);
        base = URI.create("http://localhost:" + out.readLine());
        ours = PayTabsClient.create(PayTabsProfile.builder(90417, KEY, base).build());
        bare = new OkHttpClient.Builder()
                .retryOnConnectionFailure(false)
                .callTimeout(30, TimeUnit.SECONDS)
                .build();
        mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** Ends the server's process and both clients. */
    @TearDown
    public void stop() throws IOException {
        ours.close();
        bare.dispatcher().executorService().shutdown();
        bare.connectionPool().evictAll();
        gateway.getOutputStream().close();
        gateway.destroy();
    }

    /** Ours: the request checked, the outcome classified, amounts and addresses checked, a log line at hand. */
    @Benchmark
    public URI nestcms() {
        ChargeRequest request = ChargeRequest.builder(
                        ChargeRequest.Type.SALE,
                        new CartId("ORD-2026-000417"),
                        Money.of("250.00", "SAR"),
                        "Two concert tickets")
                .customer(new PayTabsContact(
                        "Huda Salem",
                        "huda.salem@example.test",
                        "+966550001122",
                        "14 Olaya Street",
                        "Riyadh",
                        null,
                        "SA",
                        null,
                        null))
                .build();
        PayTabsOutcome<ChargeReply> outcome = ours.charge(request).execute();
        return ((ChargeReply.Page) ((PayTabsOutcome.Accepted<ChargeReply>) outcome).value()).page();
    }

    /** The rival: bound classes both ways, nothing checked. */
    @Benchmark
    public URI okHttpAndJackson() throws IOException {
        byte[] body = mapper.writeValueAsBytes(new BareRequest(
                90417,
                "sale",
                "ecom",
                "ORD-2026-000417",
                "SAR",
                new BigDecimal("250.00"),
                "Two concert tickets",
                new BareCustomer(
                        "Huda Salem",
                        "huda.salem@example.test",
                        "+966550001122",
                        "14 Olaya Street",
                        "Riyadh",
                        "SA",
                        null,
                        null,
                        null)));
        Request request = new Request.Builder()
                .url(base + "/payment/request")
                .header("Authorization", KEY)
                .header("Accept", "application/json")
                .post(RequestBody.create(body, JSON))
                .build();
        try (Response response = bare.newCall(request).execute()) {
            BareReply reply = mapper.readValue(response.body().bytes(), BareReply.class);
            if (response.code() != 200 || reply.redirectUrl() == null) {
                throw new IOException("no page");
            }
            return URI.create(reply.redirectUrl());
        }
    }

    record BareRequest(
            @JsonProperty("profile_id") long profileId,
            @JsonProperty("tran_type") String tranType,
            @JsonProperty("tran_class") String tranClass,
            @JsonProperty("cart_id") String cartId,
            @JsonProperty("cart_currency") String cartCurrency,
            @JsonProperty("cart_amount") BigDecimal cartAmount,
            @JsonProperty("cart_description") String cartDescription,
            @JsonProperty("customer_details") BareCustomer customerDetails) {}

    record BareCustomer(
            String name,
            String email,
            String phone,
            String street1,
            String city,
            String country,
            String state,
            String zip,
            String ip) {}

    record BareReply(
            @JsonProperty("tran_ref") String tranRef,
            @JsonProperty("tran_type") String tranType,
            @JsonProperty("cart_id") String cartId,
            @JsonProperty("cart_description") String cartDescription,
            @JsonProperty("cart_currency") String cartCurrency,
            @JsonProperty("cart_amount") String cartAmount,
            @JsonProperty("tran_currency") String tranCurrency,
            @JsonProperty("tran_total") String tranTotal,
            @JsonProperty("redirect_url") String redirectUrl,
            @JsonProperty("customer_details") BareCustomer customerDetails,
            @JsonProperty("trace") String trace) {}
}
