package io.nestcms.spring;

import java.net.URI;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where PayTabs is and who we are there, instead of {@code nestcms.paytabs.*}: a test gives those of a sandbox. Safe for use by many
 * threads.
 *
 * @since 0.1
 */
public interface PayTabsConnectionDetails extends ConnectionDetails {
    /**
     * The number of the profile.
     *
     * @return as PayTabs gave it
     */
    long profileId();

    /**
     * The key of the profile.
     *
     * @return a secret
     */
    String serverKey();

    /**
     * Where the API is.
     *
     * @return scheme, host and port
     */
    URI baseUri();
}
