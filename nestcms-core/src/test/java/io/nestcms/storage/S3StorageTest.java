package io.nestcms.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.storage.contract.FileStorageContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Against S3Proxy: the real protocol over HTTP, signatures included. */
class S3StorageTest extends FileStorageContract {
    private static final String BUCKET = "designs";
    private static BlobStoreContext blobs;
    private static S3Proxy proxy;
    private static S3Client client;

    @TempDir
    private Path temporary;

    @BeforeAll
    static void start() throws Exception {
        blobs = ContextBuilder.newBuilder("transient")
                .overrides(new Properties())
                .build(BlobStoreContext.class);
        proxy = S3Proxy.builder()
                .blobStore(blobs.getBlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, "access", "secret")
                .build();
        proxy.start();
        client = client(proxy.getPort());
        client.createBucket(request -> request.bucket(BUCKET));
    }

    private static S3Client client(int port) {
        return S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                // what others than Amazon know
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(Duration.ofSeconds(5)))
                .overrideConfiguration(options -> options.retryStrategy(retries -> retries.maxAttempts(1)))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        proxy.stop();
        blobs.close();
    }

    private S3Storage with(S3Client given) {
        return new S3Storage(
                given,
                BUCKET,
                "files/",
                temporary,
                StorageLimits.upTo(MOST),
                Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC));
    }

    @Override
    protected FileStorage storage() {
        return with(client);
    }

    @Override
    protected long kept() throws IOException {
        try (var left = Files.list(temporary)) {
            assertThat(left).as("nothing stays on the way").isEmpty();
        }
        return client.listObjectsV2(request -> request.bucket(BUCKET).maxKeys(1_000))
                .contents()
                .size();
    }

    @Test
    void open_objectThatWasChanged_failsAtItsEnd() throws IOException {
        StoredFile file = storage().put("a", new ByteArrayInputStream(new byte[] {1, 2, 3}));
        var about = client.headObject(request -> request.bucket(BUCKET).key("files/" + file.key()));
        client.putObject(
                request -> request.bucket(BUCKET)
                        .key("files/" + file.key())
                        .metadata(about.metadata())
                        .contentType(about.contentType()),
                software.amazon.awssdk.core.sync.RequestBody.fromBytes(new byte[] {1, 2, 4}));

        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThatThrownBy(() -> content.stream().readAllBytes()).hasMessageContaining("was changed");
        }
    }

    @Test
    void put_bucketOutOfReach_keepsNothingOnTheWay() throws IOException {
        try (S3Client nobody = client(1)) {
            assertThatThrownBy(() -> with(nobody).put("a", new ByteArrayInputStream(new byte[3])))
                    .isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> with(nobody).open(new FileKey("0".repeat(32))))
                    .isInstanceOf(StorageException.class);
        }
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }
}
