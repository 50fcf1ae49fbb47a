package io.nestcms.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An address as its 4 or 16 bytes. Read from text without ever asking the name service, and strictly: what one reader takes
 * for an address and another for a name is a way around an allow list. An IPv6 address that only wraps an IPv4 one is that
 * IPv4 address.
 */
final class IpAddress {
    private static final int V4_LENGTH = 4;
    private static final int V6_LENGTH = 16;
    private static final int MAX_TEXT = 45;

    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    private static IpAddress of(byte[] bytes) {
        return new IpAddress(isMapped(bytes) ? Arrays.copyOfRange(bytes, V6_LENGTH - V4_LENGTH, V6_LENGTH) : bytes);
    }

    private static boolean isMapped(byte[] bytes) {
        if (bytes.length != V6_LENGTH || bytes[10] != -1 || bytes[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The address that the text writes, {@code null} for anything else: names, zone ids, octal or shortened IPv4. */
    static @Nullable IpAddress parse(String text) {
        if (text.isEmpty() || text.length() > MAX_TEXT) {
            return null;
        }
        byte[] bytes = text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
        return bytes == null ? null : of(bytes);
    }

    private static byte @Nullable [] parseV4(String text) {
        byte[] bytes = new byte[V4_LENGTH];
        int start = 0;
        for (int i = 0; i < V4_LENGTH; i++) {
            int dot = text.indexOf('.', start);
            int end = i == V4_LENGTH - 1 ? text.length() : dot;
            int part = end < 0 ? -1 : decimal(text, start, end);
            if (part < 0) {
                return null;
            }
            bytes[i] = (byte) part;
            start = end + 1;
        }
        return bytes;
    }

    private static int decimal(String text, int start, int end) {
        int length = end - start;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(start) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + (text.charAt(i) - '0');
        }
        return value > 255 ? -1 : value;
    }

    private static byte @Nullable [] parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = parseGroups(text);
            return all != null && all.length == V6_LENGTH ? all : null;
        }
        byte[] head = gap == 0 ? new byte[0] : parseGroups(text.substring(0, gap));
        String rest = text.substring(gap + 2);
        byte[] tail = rest.isEmpty() ? new byte[0] : parseGroups(rest);
        if (head == null || tail == null || head.length + tail.length > V6_LENGTH - 2 || endsInV4(text, gap)) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, V6_LENGTH);
        System.arraycopy(tail, 0, bytes, V6_LENGTH - tail.length, tail.length);
        return bytes;
    }

    /** An IPv4 part may only stand at the very end, so not before the gap. */
    private static boolean endsInV4(String text, int gap) {
        return text.lastIndexOf('.', gap) >= 0;
    }

    private static byte @Nullable [] parseGroups(String text) {
        byte[] bytes = new byte[V6_LENGTH];
        int length = 0;
        int start = 0;
        while (true) {
            int colon = text.indexOf(':', start);
            int end = colon < 0 ? text.length() : colon;
            boolean last = colon < 0;
            if (last && text.indexOf('.', start) >= 0) {
                byte[] v4 = parseV4(text.substring(start));
                if (v4 == null || length + V4_LENGTH > V6_LENGTH) {
                    return null;
                }
                System.arraycopy(v4, 0, bytes, length, V4_LENGTH);
                return Arrays.copyOf(bytes, length + V4_LENGTH);
            }
            int group = group(text, start, end);
            if (group < 0 || length + 2 > V6_LENGTH) {
                return null;
            }
            bytes[length++] = (byte) (group >> 8);
            bytes[length++] = (byte) group;
            if (last) {
                return Arrays.copyOf(bytes, length);
            }
            start = end + 1;
        }
    }

    private static int group(String text, int start, int end) {
        if (end - start < 1 || end - start > 4) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = Hex.digit(text.charAt(i));
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    int bits() {
        return bytes.length * 8;
    }

    /** Whether the first bits of both are the same, and both are of the same family. */
    boolean sharesPrefix(IpAddress other, int prefix) {
        if (bytes.length != other.bytes.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(bytes, 0, whole, other.bytes, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ other.bytes[whole]) & 0xff) >> (8 - rest) == 0;
    }

    /** Whether all bits after the prefix are zero. */
    boolean isNetwork(int prefix) {
        for (int bit = prefix; bit < bits(); bit++) {
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The network that one sender is likely to own: the address itself for IPv4, the /64 for IPv6. */
    IpAddress owner() {
        if (bytes.length == V4_LENGTH) {
            return this;
        }
        byte[] network = Arrays.copyOf(bytes, V6_LENGTH / 2);
        return new IpAddress(Arrays.copyOf(network, V6_LENGTH));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress address && Arrays.equals(bytes, address.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new WebhookException("an address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return toInetAddress().getHostAddress();
    }
}
