package io.nestcms.system;

/**
 * How well something works, best first.
 *
 * @since 0.1
 */
public enum HealthStatus {
    /** It works. */
    UP,
    /** It works in part, or something that can be done without does not. */
    DEGRADED,
    /** It does not work. */
    DOWN
}
