package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is printed of settings: on one line each, without what somebody could sign in, sign or open with. */
final class Printed {
    /** All settings, in the order of the guide. */
    static final List<String> NAMES = List.of(
            "HOST",
            "PORT",
            "PUBLIC_URL",
            "DATA_DIR",
            "MONGODB_URI",
            "MONGODB_DATABASE",
            "MONGODB_MAX_POOL_SIZE",
            "MONGODB_MIN_POOL_SIZE",
            "MONGODB_WAIT_QUEUE_TIMEOUT",
            "MONGODB_CONNECT_TIMEOUT",
            "MONGODB_READ_TIMEOUT",
            "MONGODB_SERVER_SELECTION_TIMEOUT",
            "MONGODB_HEARTBEAT",
            "MONGODB_READ_PREFERENCE",
            "MONGODB_MAX_LAG",
            "MONGODB_TLS",
            "REDIS_URL",
            "PAYTABS_PROFILE_ID",
            "PAYTABS_SERVER_KEY",
            "PAYTABS_REGION",
            "PAYTABS_BASE_URL",
            "WEBHOOK_SOURCES",
            "TRUSTED_PROXIES",
            "ALLOWED_SOURCES",
            "DENIED_SOURCES",
            "CORS_ORIGINS",
            "RATE_LIMIT_ADDRESS",
            "RATE_LIMIT_USER",
            "SMTP_URL",
            "MAIL_FROM",
            "SHOP_NAME",
            "MAIL_LANGUAGE",
            "MAIL_ZONE",
            "OPERATOR_EMAILS",
            "SLACK_WEBHOOK_URL",
            "TWILIO_ACCOUNT",
            "TWILIO_TOKEN",
            "TWILIO_FROM",
            "ALERT_PHONES",
            "SANDBOX_PORT",
            "DEMO_USERNAME",
            "DEMO_PASSWORD",
            "METRICS_TOKEN",
            "DRAIN_NOTICE",
            "EDGE_URLS",
            "CONNECTIONS",
            "CONNECTIONS_PER_ADDRESS",
            "NODE_NAME",
            "JWT_SECRET",
            "BACKUP_DIR",
            "BACKUP_KEY",
            "BACKUP_EVERY",
            "BACKUP_KEEP",
            "AUDIT_KEY",
            "CUSTOMER_KEY",
            "CUSTOMER_LOOKUP_KEY");

    /** Slack's address is all that one needs to write there; the others are people's. */
    private static final Pattern SECRET =
            Pattern.compile(".*(KEY|SECRET|PASSWORD|TOKEN)|SLACK_WEBHOOK_URL|OPERATOR_EMAILS|ALERT_PHONES");

    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\p{L}\\p{N}\\p{P}\\p{S} ]");
    private static final int LONGEST = 120;

    private Printed() {}

    /** Those that are set. */
    static String settings(Map<String, String> environment) {
        String set = NAMES.stream()
                .filter(name -> !environment.getOrDefault(name, "").isBlank())
                .map(name -> assignment(name, environment))
                .collect(Collectors.joining(" "));
        return "  settings  " + (set.isEmpty() ? "none, all as usual" : set);
    }

    /** What keeps the server from starting, with the value that was set. */
    static String refusal(InvalidInputException refused, Map<String, String> environment) {
        String what = NAMES.contains(refused.field()) && environment.containsKey(refused.field())
                ? assignment(refused.field(), environment)
                : refused.field();
        return oneLine("Not started. " + what + " " + refused.problem() + ": " + refused.rule(), Integer.MAX_VALUE);
    }

    private static String assignment(String name, Map<String, String> environment) {
        return name + "=" + value(name, environment.getOrDefault(name, ""));
    }

    private static String value(String name, String value) {
        if (SECRET.matcher(name).matches()) {
            return "***";
        }
        return oneLine(value.contains("://") ? withoutUser(value) : value, LONGEST);
    }

    /** All before the last at-sign may be a password, and so may options. */
    private static String withoutUser(String address) {
        String host = address.replaceFirst("\\?.*", "?***");
        int at = host.lastIndexOf('@');
        return at < 0 ? host : host.substring(0, host.indexOf("://") + 3) + "***" + host.substring(at);
    }

    private static String oneLine(String text, int longest) {
        String line = UNPRINTABLE.matcher(text).replaceAll("?");
        return line.length() <= longest ? line : line.substring(0, longest) + "...";
    }
}
