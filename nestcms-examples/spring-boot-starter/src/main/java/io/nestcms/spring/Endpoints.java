package io.nestcms.spring;

import io.nestcms.paytabs.PayTabsReceipt;
import io.nestcms.webhook.WebhookAnswer;

/** What both kinds of web applications answer alike. */
final class Endpoints {
    private Endpoints() {}

    /** 0 when there is nothing to wait for. */
    static long retryAfterSeconds(PayTabsReceipt receipt) {
        return receipt.answer() == WebhookAnswer.RETRY_LATER
                ? Math.max(1, receipt.retryAfter().plusMillis(999).toSeconds())
                : 0;
    }

    /**
     * Where the payer goes. A payment is named only to who proved to come from PayTabs; the others see the same page without one.
     */
    static String pageAfter(PayTabsReceipt receipt, String page) {
        return receipt.payment()
                .map(it -> page + (page.contains("?") ? "&" : "?") + "payment="
                        + it.id().value())
                .orElse(page);
    }
}
