package io.nestcms.server.http;

import java.time.Instant;
import java.util.Map;

/**
 * Something that a person did through the API and that goes on record.
 *
 * @param at when
 * @param actor the user's id
 * @param from the address that it came from
 * @param action what, for example {@code CircuitOrdered}
 * @param subject to what, for example {@code circuit/paytabs}
 * @param details the rest: what it was before, what it is now
 */
public record Deed(Instant at, String actor, String from, String action, String subject, Map<String, String> details) {}
