package io.nestcms.payment.service;

import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
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
        fingerprint.people(customer);
        fingerprint.wishes(order.method(), order.options());
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    /** Nothing for an order without wishes: its digest is what it was before there were any. */
    private void wishes(PaymentMethod method, PaymentOptions options) {
        if (!(method instanceof PaymentMethod.HostedPage)) {
            way(method);
        }
        if (options.equals(PaymentOptions.NONE)) {
            return;
        }
        add("options");
        add(options.payer());
        add(options.language() == null ? null : options.language().toLanguageTag());
        add(options.methods().toString());
        add(options.discounts().toString());
        add(text(options.donation()));
        add(text(options.cardFilter()));
        options.metadata().forEach((name, value) -> {
            add(name);
            add(value);
        });
        Customer shipping = options.shipping();
        if (shipping != null) {
            add("shipping");
            people(shipping);
        }
        add(text(options.saving()));
    }

    private void way(PaymentMethod method) {
        add(method.getClass().getSimpleName());
        if (method instanceof PaymentMethod.StoredCard card) {
            add(card.token().value());
            add(card.use().name());
            add(text(card.first()));
        } else if (method instanceof PaymentMethod.Link link) {
            add(link.life().toString());
        } else if (method instanceof PaymentMethod.Wallet wallet) {
            add(wallet.kind().name());
        } else if (method instanceof PaymentMethod.PassThrough other) {
            add(other.kind().name());
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private void people(Customer customer) {
        add(customer.name());
        add(customer.email());
        add(customer.phone());
        add(customer.street());
        add(customer.city());
        add(customer.country());
    }

    private void add(@Nullable String field) {
        byte[] bytes = field == null ? new byte[0] : field.getBytes(StandardCharsets.UTF_8);
        digest.update(
                ByteBuffer.allocate(4).putInt(field == null ? -1 : bytes.length).array());
        digest.update(bytes);
    }
}
