package io.nestcms.shop.webhooks;

import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/** The Jakarta REST application. */
public final class RestApplication extends ResourceConfig {
    /**
     * An application.
     *
     * @param webhooks its one resource
     */
    public RestApplication(PaymentWebhooks webhooks) {
        register(webhooks);
        // else the container puts its error page into the answer for a forgery
        property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
    }
}
