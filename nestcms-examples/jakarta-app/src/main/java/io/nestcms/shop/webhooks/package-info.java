/** Ways to bring a request of a servlet container, of Jakarta REST or of the JDK's HTTP server to a verifier. */
@NullMarked
package io.nestcms.shop.webhooks;

import org.jspecify.annotations.NullMarked;
