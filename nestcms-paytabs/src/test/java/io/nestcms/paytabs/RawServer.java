package io.nestcms.paytabs;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/** A server below HTTP: it can do to a connection what no HTTP server would. One script for every connection. */
final class RawServer implements AutoCloseable {
    /** What to do with a connection. */
    interface Script {
        void serve(Socket socket) throws Exception;
    }

    private final ServerSocket listener;
    private final String scheme;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Script script;

    RawServer(Script script) throws IOException {
        this("http", ServerSocketFactory.getDefault(), script);
    }

    RawServer(String scheme, ServerSocketFactory sockets, Script script) throws IOException {
        this.scheme = scheme;
        this.script = script;
        this.listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::acceptAll, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create(scheme + "://localhost:" + listener.getLocalPort());
    }

    void script(Script next) {
        this.script = next;
    }

    /** The requests that arrived whole, head and body. */
    List<String> requests() {
        return requests;
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> serve(socket), "raw-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(socket);
        } catch (Exception gone) {
            // the client left: what it made of that is what is tested
        }
    }

    /** Reads one whole request. */
    String readRequest(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int lineLength = 0;
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new SocketException("client left within its request");
            }
            head.write(next);
            if (next == '\n' && lineLength == 0) {
                break;
            }
            lineLength = next == '\n' ? 0 : next == '\r' ? lineLength : lineLength + 1;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        byte[] body = in.readNBytes(contentLength(text));
        String whole = text + new String(body, StandardCharsets.UTF_8);
        requests.add(whole);
        return whole;
    }

    private static int contentLength(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    static byte[] reply(int status, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        return ("HTTP/1.1 " + status + " Said\r\nContent-Type: application/json\r\nContent-Length: " + content.length
                        + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A reply that ends where the connection ends: nothing tells how long it is. */
    static byte[] unmeasuredReply(int status, String body) {
        return ("HTTP/1.1 " + status + " Said\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Closes so that the client sees a reset and not an end. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
