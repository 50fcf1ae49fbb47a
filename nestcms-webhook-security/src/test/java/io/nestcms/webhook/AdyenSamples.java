package io.nestcms.webhook;

/** A notification with the values of Adyen's own test. */
final class AdyenSamples {
    static final String SIGNATURE = "Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I=";

    private AdyenSamples() {}

    /** Of Adyen's own test of a reference with colons and backslashes. */
    static String notificationWithColons() {
        return "{\"live\":\"false\",\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":"
                + "{\"hmacSignature\":\"CZErGCNQaSsxbaQfZaJlakqo7KPP+mIa8a+wx3yNs9A=\"},\"amount\":{\"currency\":\"EUR\","
                + "\"value\":1000},\"eventCode\":\"AUTHORISATION\",\"eventDate\":\"2023-01-10T13:42:29+01:00\","
                + "\"merchantAccountCode\":\"AntoniStroinski\",\"merchantReference\":\"\\\\:/\\\\/slashes are fun\","
                + "\"pspReference\":\"ZVWN7D3WSMK2WN82\",\"reason\":\"052095:1111:03/2030\",\"success\":\"true\"}}]}";
    }

    static String notification() {
        return "{\"live\":\"false\",\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":"
                + "{\"hmacSignature\":\"" + SIGNATURE + "\"},\"amount\":{\"currency\":\"EUR\",\"value\":1130},"
                + "\"eventCode\":\"AUTHORISATION\",\"eventDate\":\"2026-09-18T10:00:00+02:00\","
                + "\"merchantAccountCode\":\"TestMerchant\",\"merchantReference\":\"TestPayment-1407325143704\","
                + "\"pspReference\":\"7914073381342284\",\"reason\":\"not signed\",\"success\":\"true\"}}]}";
    }
}
