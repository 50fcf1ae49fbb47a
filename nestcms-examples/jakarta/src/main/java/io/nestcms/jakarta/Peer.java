package io.nestcms.jakarta;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of the socket: Jakarta REST does not say, a servlet container with CDI does. */
final class Peer {
    private static final boolean SERVLETS = NestCmsExtension.isPresent("jakarta.servlet.http.HttpServletRequest");

    private Peer() {}

    static boolean isKnown() {
        return SERVLETS && Servlet.request().isResolvable();
    }

    static @Nullable String address() {
        return isKnown() ? Servlet.request().get().getRemoteAddr() : null;
    }

    /** Loaded only where there are servlets. */
    private static final class Servlet {
        static Instance<HttpServletRequest> request() {
            return CDI.current().select(HttpServletRequest.class);
        }
    }
}
