package io.nestcms.server.access;

import java.time.Instant;

/**
 * Who calls, and until when that holds.
 *
 * @param merchant the name that scopes all they may see
 * @param until when the token ends
 */
public record Caller(String merchant, Instant until) {}
