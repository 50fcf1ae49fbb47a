package io.nestcms.sandbox;

import java.net.URI;
import java.time.Instant;

/**
 * One try to deliver a notification.
 *
 * @param tranRef the transaction it tells of
 * @param url where it went
 * @param attempt 1 for the first try
 * @param at when it was decided
 * @param httpStatus what the receiver answered, or 0 when there was no answer or no try
 * @param outcome {@code delivered}, {@code refused}, {@code unreachable} or {@code lost}
 * @param finalTry whether no further try follows
 * @since 0.1
 */
public record Delivery(
        String tranRef, URI url, int attempt, Instant at, int httpStatus, String outcome, boolean finalTry) {}
