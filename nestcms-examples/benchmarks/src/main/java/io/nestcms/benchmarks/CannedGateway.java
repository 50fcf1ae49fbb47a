package io.nestcms.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Answers every request with the same hosted page. A process of its own, so that nothing of it is measured. */
public final class CannedGateway {
    private static final byte[] REPLY = reply();

    private CannedGateway() {}

    /**
     * Serves until its standard input ends; the first byte of standard output after the port's line means ready.
     *
     * @param args none
     */
    public static void main(String[] args) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            Thread acceptor = new Thread(() -> acceptAll(listener));
            acceptor.setDaemon(true);
            acceptor.start();
            while (System.in.read() >= 0) {
                // lives as long as its parent
            }
        }
    }

    private static void acceptAll(ServerSocket listener) {
        while (true) {
            try {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> serve(socket));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (readRequest(in)) {
                out.write(REPLY);
            }
        } catch (IOException gone) {
            // the client is done
        }
    }

    private static boolean readRequest(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int length = 0;
        while (true) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            if (next != '\n') {
                line.append((char) next);
                continue;
            }
            String text = line.toString().strip().toLowerCase(Locale.ROOT);
            line.setLength(0);
            if (text.startsWith("content-length:")) {
                length = Integer.parseInt(text.substring(15).strip());
            } else if (text.isEmpty()) {
                in.skipNBytes(length);
                return true;
            }
        }
    }

    private static byte[] reply() {
        String body = "{\"tran_ref\":\"TST2632602000417\",\"tran_type\":\"Sale\",\"cart_id\":\"ORD-2026-000417\","
                + "\"cart_description\":\"Two concert tickets\",\"cart_currency\":\"SAR\",\"cart_amount\":\"250.00\","
                + "\"tran_currency\":\"\",\"tran_total\":\"0\",\"callback\":\"https://shop.example.test/callback\","
                + "\"return\":\"https://shop.example.test/return\","
                + "\"redirect_url\":\"https://gateway.example.test/payment/page/5F3C0A9B82E64A7DB1E0C4D27A915E36\","
                + "\"customer_details\":{\"name\":\"Huda Salem\",\"email\":\"huda.salem@example.test\","
                + "\"phone\":\"+966550001122\",\"street1\":\"14 Olaya Street\",\"city\":\"Riyadh\",\"state\":\"01\","
                + "\"country\":\"SA\",\"zip\":\"12211\",\"ip\":\"203.0.113.24\"},\"serviceId\":2,"
                + "\"paymentChannel\":\"Payment Page\",\"profileId\":90417,\"merchantId\":31207,"
                + "\"trace\":\"PMNT0402.6B02A44B.00001A32\"}";
        return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
