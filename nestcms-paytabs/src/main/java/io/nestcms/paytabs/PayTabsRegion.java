package io.nestcms.paytabs;

import java.net.URI;

/**
 * The regions of PayTabs. Key, profile and region belong together: a mismatch is refused by the gateway with code 1. Test
 * and live profiles use the same hosts. A host that is not in this list, a white label for instance, can be given to the
 * profile as a base URI.
 *
 * @since 0.1
 */
public enum PayTabsRegion {
    /** United Arab Emirates. */
    UNITED_ARAB_EMIRATES("ARE", "https://secure.paytabs.com"),
    /** Saudi Arabia. */
    SAUDI_ARABIA("SAU", "https://secure.paytabs.sa"),
    /** Egypt. */
    EGYPT("EGY", "https://secure-egypt.paytabs.com"),
    /** Oman. */
    OMAN("OMN", "https://secure-oman.paytabs.com"),
    /** Jordan. */
    JORDAN("JOR", "https://secure-jordan.paytabs.com"),
    /** Kuwait. */
    KUWAIT("KWT", "https://secure-kuwait.paytabs.com"),
    /** Iraq. */
    IRAQ("IRQ", "https://secure-iraq.paytabs.com"),
    /** Morocco. */
    MOROCCO("MAR", "https://secure-morocco.paytabs.com"),
    /** Qatar. */
    QATAR("QAT", "https://secure-doha.paytabs.com"),
    /** Everywhere else. */
    GLOBAL("GLOBAL", "https://secure-global.paytabs.com"),
    /** The white label MadfoatCom. */
    MADFOAT("MADFOAT", "https://madfoat-secure.paytabs.com"),
    /** The white label Cuzdan, Azerbaijan. */
    CUZDAN("CUZDAN", "https://secure.cuzdan.az");

    private final String code;
    private final URI baseUri;

    PayTabsRegion(String code, String baseUri) {
        this.code = code;
        this.baseUri = URI.create(baseUri);
    }

    /**
     * The region's code as PayTabs' own SDKs spell it.
     *
     * @return for example {@code KWT}
     */
    public String code() {
        return code;
    }

    /**
     * Where the region's API is.
     *
     * @return an HTTPS address without a path
     */
    public URI baseUri() {
        return baseUri;
    }

    /**
     * The region of a code, as it stands in a configuration.
     *
     * @param code a region's code in capitals, for example {@code KWT}
     * @return the region
     * @throws io.nestcms.failure.InvalidInputException if no region has that code
     */
    public static PayTabsRegion ofCode(String code) {
        for (PayTabsRegion region : values()) {
            if (region.code.equals(code)) {
                return region;
            }
        }
        throw new io.nestcms.failure.InvalidInputException(
                "region", "is not known", "one of ARE SAU EGY OMN JOR KWT IRQ MAR QAT GLOBAL MADFOAT CUZDAN");
    }
}
