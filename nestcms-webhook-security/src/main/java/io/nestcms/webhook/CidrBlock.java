package io.nestcms.webhook;

/**
 * A range of addresses.
 *
 * @param network its first address
 * @param prefix how many leading bits all of its addresses share
 */
record CidrBlock(IpAddress network, int prefix) {
    /** Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address. Configuration, so a mistake is thrown. */
    static CidrBlock parse(String text) {
        int slash = text.indexOf('/');
        IpAddress network = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (network == null) {
            throw new IllegalArgumentException(
                    "block " + text + " has no address: an IPv4 or IPv6 address without zone or name is expected");
        }
        int prefix = slash < 0 ? network.bits() : prefix(text, slash + 1, network.bits());
        if (!network.isNetwork(prefix)) {
            throw new IllegalArgumentException(
                    "block " + text + " has address bits after its prefix: the first address of the range is expected");
        }
        return new CidrBlock(network, prefix);
    }

    private static int prefix(String text, int start, int max) {
        String digits = text.substring(start);
        boolean plain = digits.length() >= 1
                && digits.length() <= 3
                && digits.chars().allMatch(Ascii::isDigit)
                && (digits.length() == 1 || digits.charAt(0) != '0');
        int prefix = plain ? Integer.parseInt(digits) : -1;
        if (prefix < 0 || prefix > max) {
            throw new IllegalArgumentException("block " + text + " has a wrong prefix: 0 to " + max + " is allowed");
        }
        return prefix;
    }

    boolean contains(IpAddress address) {
        return network.sharesPrefix(address, prefix);
    }
}
