package io.nestcms.subscriptions;

import io.nestcms.money.Money;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentId;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One file per subscription, for one process: written aside, forced to the disk and moved into place. */
public final class SubscriptionFiles implements SubscriptionStore {
    private static final String ENDING = ".properties";

    private final Path folder;

    /** Keeps subscriptions in a folder, which must be there. */
    public SubscriptionFiles(Path folder) {
        this.folder = folder;
    }

    @Override
    public synchronized boolean insert(Subscription subscription) {
        if (Files.exists(file(subscription.id()))) {
            return false;
        }
        write(subscription);
        return true;
    }

    @Override
    public synchronized boolean replace(Subscription subscription) {
        boolean latest = find(subscription.id())
                .filter(it -> it.version() == subscription.version() - 1)
                .isPresent();
        if (latest) {
            write(subscription);
        }
        return latest;
    }

    @Override
    public synchronized Optional<Subscription> find(String id) {
        Path file = file(id);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties fields = new Properties();
        try {
            fields.load(new StringReader(Files.readString(file)));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return Optional.of(read(id, fields));
    }

    @Override
    public List<String> ids() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> it.endsWith(ENDING))
                    .map(it -> it.substring(0, it.length() - ENDING.length()))
                    .sorted()
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private Path file(String id) {
        if (!id.matches("[A-Za-z0-9-]{1,32}")) {
            throw new IllegalArgumentException("a subscription's name is 1 to 32 letters, digits or hyphens");
        }
        return folder.resolve(id + ENDING);
    }

    private void write(Subscription it) {
        Properties fields = new Properties();
        put(fields, "payer", it.payer());
        put(fields, "customer.name", it.customer().name());
        put(fields, "customer.email", it.customer().email());
        put(fields, "customer.phone", it.customer().phone());
        put(fields, "customer.street", it.customer().street());
        put(fields, "customer.city", it.customer().city());
        put(fields, "customer.country", it.customer().country());
        put(fields, "token", it.token().value());
        put(fields, "amount", it.amount());
        put(fields, "day", it.day());
        put(fields, "zone", it.zone());
        put(fields, "next", it.next());
        put(fields, "suspended", it.suspended());
        put(fields, "payment", it.payment());
        put(fields, "declines", it.declines());
        put(fields, "counted", it.counted());
        put(fields, "notBefore", it.notBefore());
        put(fields, "chargedAt", it.chargedAt());
        put(fields, "version", it.version());
        int number = 0;
        for (SubscriptionEvent event : it.untold()) {
            put(
                    fields,
                    "untold." + number++,
                    event.month() + " " + event.what() + " " + event.attempt() + " " + event.at());
        }
        StringWriter text = new StringWriter();
        Path file = file(it.id());
        Path aside = file.resolveSibling(it.id() + ".new");
        try {
            fields.store(text, null);
            Files.writeString(
                    aside,
                    text.toString(),
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DSYNC);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void put(Properties fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.setProperty(name, value.toString());
        }
    }

    private static Subscription read(String id, Properties fields) {
        List<SubscriptionEvent> untold = new ArrayList<>();
        for (int number = 0; fields.getProperty("untold." + number) != null; number++) {
            String[] parts = text(fields, "untold." + number).split(" ", -1);
            untold.add(new SubscriptionEvent(
                    id,
                    YearMonth.parse(parts[0]),
                    SubscriptionEvent.What.valueOf(parts[1]),
                    Integer.parseInt(parts[2]),
                    Instant.parse(parts[3])));
        }
        String payment = fields.getProperty("payment");
        return new Subscription(
                id,
                text(fields, "payer"),
                new Customer(
                        text(fields, "customer.name"),
                        text(fields, "customer.email"),
                        fields.getProperty("customer.phone"),
                        fields.getProperty("customer.street"),
                        fields.getProperty("customer.city"),
                        fields.getProperty("customer.country")),
                new CardToken(text(fields, "token")),
                Money.parse(text(fields, "amount")),
                Integer.parseInt(text(fields, "day")),
                ZoneId.of(text(fields, "zone")),
                YearMonth.parse(text(fields, "next")),
                Boolean.parseBoolean(text(fields, "suspended")),
                payment == null ? null : new PaymentId(payment),
                Integer.parseInt(text(fields, "declines")),
                Integer.parseInt(text(fields, "counted")),
                instant(fields, "notBefore"),
                instant(fields, "chargedAt"),
                untold,
                Long.parseLong(text(fields, "version")));
    }

    private static String text(Properties fields, String name) {
        return Objects.requireNonNull(fields.getProperty(name), name);
    }

    private static @Nullable Instant instant(Properties fields, String name) {
        String value = fields.getProperty(name);
        return value == null ? null : Instant.parse(value);
    }
}
