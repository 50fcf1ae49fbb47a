package io.nestcms.payment.service;

import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentOrder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The digest that tells one order from another: SHA-256 over every field, each with its length in front. */
final class Fingerprint {
    private final MessageDigest digest;

    private Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    static String of(PaymentOrder order) {
        Fingerprint fingerprint = new Fingerprint();
        Customer customer = order.customer();
        fingerprint.add(order.cartId().value());
        fingerprint.add(order.amount().toString());
        fingerprint.add(order.description());
        fingerprint.add(order.contractId());
        fingerprint.add(order.mode().name());
        fingerprint.add(customer.name());
        fingerprint.add(customer.email());
        fingerprint.add(customer.phone());
        fingerprint.add(customer.street());
        fingerprint.add(customer.city());
        fingerprint.add(customer.country());
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    private void add(@Nullable String field) {
        byte[] bytes = field == null ? new byte[0] : field.getBytes(StandardCharsets.UTF_8);
        digest.update(
                ByteBuffer.allocate(4).putInt(field == null ? -1 : bytes.length).array());
        digest.update(bytes);
    }
}
