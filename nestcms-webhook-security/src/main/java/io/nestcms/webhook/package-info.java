/**
 * Verification of signed webhooks. Start with {@link io.nestcms.webhook.WebhookVerifier}: raw bytes go in, a
 * {@link io.nestcms.webhook.VerifiedWebhook} or a {@link io.nestcms.webhook.Refusal} comes out.
 */
@NullMarked
package io.nestcms.webhook;

import org.jspecify.annotations.NullMarked;
