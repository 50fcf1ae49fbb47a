package io.nestcms.sandbox;

import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the payer's pages are. The address is known only when the port is open. */
final class PageAddresses {
    private volatile @Nullable URI base;

    void at(URI uri) {
        base = uri;
    }

    URI base() {
        return Objects.requireNonNull(base, "base");
    }

    /** The page where the payer goes on with a transaction: the card form, or 3-D Secure. */
    String of(Transaction t) {
        return base() + path(t);
    }

    static String path(Transaction t) {
        return (t.challenged() == null ? "/payment/page/" : "/payment/wr/") + t.page();
    }
}
