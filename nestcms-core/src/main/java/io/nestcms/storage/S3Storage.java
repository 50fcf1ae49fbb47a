package io.nestcms.storage;

import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Files in a bucket of Amazon S3 or of anything that speaks its protocol. A file is kept in a temporary one until its size and
 * checksum are known; the bucket gets both and refuses other bytes. Needs the AWS SDK for S3; its client has the endpoint, the
 * credentials, the timeouts and the retries, and stays the caller's to close.
 *
 * <p>Safe for use by many threads and on many nodes.
 *
 * @since 0.1
 */
public final class S3Storage implements FileStorage {
    private static final String NAME = "nestcms-name";
    private static final String SHA256 = "nestcms-sha256";
    private static final String STORED_AT = "nestcms-stored-at";

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Path temporary;
    private final StorageLimits limits;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * A storage in a bucket that exists.
     *
     * @param client talks to it; not closed here
     * @param bucket its name
     * @param prefix what the names of all files begin with, for example {@code files/}; may be empty
     * @param temporary where files lie while they come in; exists, and nobody else may read it
     * @param limits what is taken
     * @param clock tells when a file is stored
     */
    public S3Storage(S3Client client, String bucket, String prefix, Path temporary, StorageLimits limits, Clock clock) {
        this.client = Objects.requireNonNull(client, "client");
        this.bucket = Objects.requireNonNull(bucket, "bucket");
        this.prefix = Objects.requireNonNull(prefix, "prefix");
        this.temporary = Objects.requireNonNull(temporary, "temporary");
        this.limits = Objects.requireNonNull(limits, "limits");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public StoredFile put(String name, InputStream content) {
        Received received = Received.of(name, content, temporary, limits);
        try {
            StoredFile file = new StoredFile(
                    FileKey.random(random),
                    name,
                    received.contentType(),
                    received.size(),
                    received.sha256(),
                    clock.instant());
            client.putObject(
                    request -> request.bucket(bucket)
                            .key(object(file.key()))
                            .contentType(file.contentType())
                            .contentLength(file.size())
                            // the one checksum that everything that speaks the protocol knows
                            .contentMD5(received.md5())
                            .metadata(Map.of(
                                    NAME,
                                    URLEncoder.encode(file.name(), StandardCharsets.UTF_8),
                                    SHA256,
                                    file.sha256(),
                                    STORED_AT,
                                    file.storedAt().toString())),
                    RequestBody.fromFile(received.path()));
            return file;
        } catch (SdkException broken) {
            throw new StorageException("the file could not be kept in the bucket", broken);
        } finally {
            received.delete();
        }
    }

    @Override
    public Optional<FileContent> open(FileKey key) {
        ResponseInputStream<GetObjectResponse> raw;
        try {
            raw = client.getObject(request -> request.bucket(bucket).key(object(key)));
        } catch (NoSuchKeyException none) {
            return Optional.empty();
        } catch (S3Exception refused) {
            if (refused.statusCode() == 404) {
                return Optional.empty();
            }
            throw new StorageException("the file " + key + " cannot be read from the bucket", refused);
        } catch (SdkException broken) {
            throw new StorageException("the file " + key + " cannot be read from the bucket", broken);
        }
        try {
            return Optional.of(FileContent.checked(read(key, raw.response()), raw));
        } catch (RuntimeException damaged) {
            raw.abort();
            throw damaged;
        }
    }

    private static StoredFile read(FileKey key, GetObjectResponse response) {
        Map<String, String> about = response.metadata();
        try {
            return new StoredFile(
                    key,
                    URLDecoder.decode(about.getOrDefault(NAME, ""), StandardCharsets.UTF_8),
                    response.contentType(),
                    response.contentLength(),
                    about.getOrDefault(SHA256, ""),
                    Instant.parse(about.getOrDefault(STORED_AT, "")));
        } catch (IllegalArgumentException | DateTimeException damaged) {
            throw new StorageException("what is known of the file " + key + " was changed", damaged);
        }
    }

    @Override
    public boolean delete(FileKey key) {
        try {
            client.headObject(request -> request.bucket(bucket).key(object(key)));
            client.deleteObject(request -> request.bucket(bucket).key(object(key)));
            return true;
        } catch (S3Exception refused) {
            if (refused.statusCode() == 404) {
                return false;
            }
            throw new StorageException("the file " + key + " cannot be taken out of the bucket", refused);
        } catch (SdkException broken) {
            throw new StorageException("the file " + key + " cannot be taken out of the bucket", broken);
        }
    }

    private String object(FileKey key) {
        return prefix + key.value();
    }
}
