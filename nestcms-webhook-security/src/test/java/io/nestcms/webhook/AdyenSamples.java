package io.nestcms.webhook;

/** A notification with the values of Adyen's own test. */
final class AdyenSamples {
    static final String SIGNATURE = "Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I=";

    private AdyenSamples() {}

    static String notification() {
        return "{\"live\":\"false\",\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":"
                + "{\"hmacSignature\":\"" + SIGNATURE + "\"},\"amount\":{\"currency\":\"EUR\",\"value\":1130},"
                + "\"eventCode\":\"AUTHORISATION\",\"eventDate\":\"2026-09-18T10:00:00+02:00\","
                + "\"merchantAccountCode\":\"TestMerchant\",\"merchantReference\":\"TestPayment-1407325143704\","
                + "\"pspReference\":\"7914073381342284\",\"reason\":\"not signed\",\"success\":\"true\"}}]}";
    }
}
