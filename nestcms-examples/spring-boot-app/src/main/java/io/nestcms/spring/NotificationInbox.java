package io.nestcms.spring;

import io.nestcms.webhook.VerifiedWebhook;

/** Where the application acts on a notification: in a real one, by a query to the gateway and one write to its store. */
@FunctionalInterface
interface NotificationInbox {
    /**
     * Acts on a notification. What it throws makes PayTabs deliver again.
     *
     * @param webhook the proof; nothing unverified can be passed here
     */
    void take(VerifiedWebhook webhook);
}
