/** Verification of webhooks beside a bare HMAC and the rivals, and whether refusals tell by their time how much matched. */
@NullMarked
package io.nestcms.benchmarks.webhook;

import org.jspecify.annotations.NullMarked;
