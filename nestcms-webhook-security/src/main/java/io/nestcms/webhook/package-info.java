/** Verification of signed webhooks. */
@NullMarked
package io.nestcms.webhook;

import org.jspecify.annotations.NullMarked;
