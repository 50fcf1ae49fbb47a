package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;

/** Checks addresses that are set by people. The address itself may be a secret and is not repeated. */
final class HttpAddress {
    private HttpAddress() {}

    static URI checked(String field, URI address) {
        String scheme = address.getScheme();
        if (scheme == null || !(scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))) {
            throw new InvalidInputException(field, "is not of http or https", "an absolute address of https");
        }
        if (address.getHost() == null || address.getUserInfo() != null) {
            throw new InvalidInputException(field, "has no host or names a user", "an absolute address without a user");
        }
        return address;
    }
}
