package io.nestcms.sandbox;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Where the payer's pages are. The address is known only when the port is open; a call that comes first waits for it. */
final class PageAddresses {
    private final CompletableFuture<URI> base = new CompletableFuture<>();

    void at(URI uri) {
        base.complete(uri);
    }

    URI base() {
        return base.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** The page where the payer goes on with a transaction: the card form, or 3-D Secure. */
    String of(Transaction t) {
        return base() + path(t);
    }

    static String path(Transaction t) {
        return (t.challenged() == null ? "/payment/page/" : "/payment/wr/") + t.page();
    }
}
