/**
 * What people are told, and through what: {@link io.nestcms.notification.Notifications} writes to payers,
 * {@link io.nestcms.notification.Alerts} to who is on duty. Channels are ports; adapters for SMTP, Slack, Twilio and Web Push
 * stand beside them, each behind a circuit breaker of its own.
 */
@NullMarked
package io.nestcms.notification;

import org.jspecify.annotations.NullMarked;
