package io.nestcms.sandbox;

import java.time.Instant;

/**
 * A link that may be paid many times.
 *
 * @param id the gateway's number
 * @param secret the last part of the link
 * @param title what the payer sees
 * @param order what each payment of it orders
 * @param createdAt when it was made
 */
record PayLink(long id, String secret, String title, Order order, Instant createdAt) {
    String path() {
        return "/payment/link/" + id + "/" + secret;
    }
}
