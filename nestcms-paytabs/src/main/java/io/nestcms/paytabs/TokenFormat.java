package io.nestcms.paytabs;

/**
 * What a saved card's token looks like: PayTabs' {@code tokenise}. The format is not echoed in answers.
 *
 * @since 0.1
 */
public enum TokenFormat {
    /** No token. */
    NONE(1),
    /** 32 hexadecimal digits. */
    HEX_32(2),
    /** 20 letters and digits. */
    ALPHANUMERIC_20(3),
    /** 22 digits. */
    DIGITS_22(4),
    /** 16 digits. */
    DIGITS_16(5),
    /** 32 letters and digits. */
    ALPHANUMERIC_32(6);

    private final int code;

    TokenFormat(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
