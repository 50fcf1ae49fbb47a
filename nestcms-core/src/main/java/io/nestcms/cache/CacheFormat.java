package io.nestcms.cache;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;

/**
 * How a value is written for a cache that is outside this process, and read again. Safe for use by many threads. What
 * {@code read} cannot read it throws a {@link RuntimeException} for; the value is then dropped and loaded again.
 *
 * @param <V> the kind of value
 * @since 0.1
 */
public interface CacheFormat<V> {
    /**
     * The kind of value; whether it is {@link Confidential} is read from it.
     *
     * @return its class
     */
    Class<V> type();

    /**
     * Writes a value.
     *
     * @param value the value
     * @return its bytes
     */
    byte[] write(V value);

    /**
     * Reads what {@link #write} wrote, in this version or an earlier one.
     *
     * @param bytes the bytes
     * @return the value
     */
    V read(byte[] bytes);

    /**
     * A format of two functions.
     *
     * @param <V> the kind of value
     * @param type its class
     * @param write writes a value
     * @param read reads it
     * @return the format
     */
    static <V> CacheFormat<V> of(Class<V> type, Function<? super V, byte[]> write, Function<byte[], ? extends V> read) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(write, "write");
        Objects.requireNonNull(read, "read");
        return new CacheFormat<>() {
            @Override
            public Class<V> type() {
                return type;
            }

            @Override
            public byte[] write(V value) {
                return write.apply(value);
            }

            @Override
            public V read(byte[] bytes) {
                return read.apply(bytes);
            }
        };
    }

    /**
     * Text in UTF-8.
     *
     * @return the format
     */
    static CacheFormat<String> text() {
        return of(
                String.class,
                text -> text.getBytes(StandardCharsets.UTF_8),
                bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
