package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * nginx with the shipped configuration, of which only addresses and certificate are the test's own: {@code listen.conf},
 * {@code nodes.conf} and {@code purge.conf}.
 */
final class Edge implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path prefix;
    private final Process process;
    private final int plain;
    private final int tls;

    private Edge(Path prefix, Process process, int plain, int tls) {
        this.prefix = prefix;
        this.process = process;
        this.plain = plain;
        this.tls = tls;
    }

    /** The shipped files. */
    static Path shipped() {
        return Path.of("..", "deploy").toAbsolutePath().normalize();
    }

    static Edge start(Path prefix, int plain, int tls, List<Integer> nodes) throws IOException {
        copy(shipped().resolve("nginx"), prefix);
        for (String folder : List.of("logs", "run", "temp", "cache", "tls")) {
            Files.createDirectories(prefix.resolve(folder));
        }
        // the workers of a root's nginx are nobody
        for (Path each : List.of(prefix, prefix.toAbsolutePath().getParent())) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createSymbolicLink(prefix.resolve("modules"), Path.of("/usr/lib/nginx/modules"));
        Machine.run(
                "openssl",
                List.of(
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        prefix.resolve("tls/privkey.pem").toString(),
                        "-out",
                        prefix.resolve("tls/fullchain.pem").toString()));
        Files.writeString(prefix.resolve("listen.conf"), """
            listen 127.0.0.1:%d;
            listen 127.0.0.1:%d ssl http2;
            ssl_certificate tls/fullchain.pem;
            ssl_certificate_key tls/privkey.pem;
            """.formatted(plain, tls));
        Files.writeString(
                prefix.resolve("nodes.conf"),
                nodes.stream()
                        .map(port -> "server 127.0.0.1:" + port + " max_fails=2 fail_timeout=5s;")
                        .collect(Collectors.joining("\n")));
        Files.writeString(prefix.resolve("purge.conf"), "allow 127.0.0.1;");
        Process process = new ProcessBuilder(
                        Machine.require("nginx").toString(),
                        "-p",
                        prefix.toString(),
                        "-c",
                        "nginx.conf",
                        "-e",
                        "logs/error.log",
                        "-g",
                        "daemon off;")
                // the firewall looks for its files from here
                .directory(prefix.toFile())
                .redirectErrorStream(true)
                .redirectOutput(prefix.resolve("logs/out.log").toFile())
                .start();
        Edge edge = new Edge(prefix, process, plain, tls);
        Stage.eventually().until(() -> !process.isAlive() || edge.listens());
        if (!process.isAlive()) {
            throw new IllegalStateException("nginx ended: " + Files.readString(prefix.resolve("logs/out.log"))
                    + Files.readString(prefix.resolve("logs/error.log")));
        }
        return edge;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), plain), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + plain);
    }

    URI secure() {
        return URI.create("https://127.0.0.1:" + tls);
    }

    /** A status line and headers, as they came. */
    record Reply(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** One request, byte for byte as given: a client library would mend it. A body that begins with @ is only announced, with that length. */
    Reply send(String method, String target, String contentType, String body, String agent) throws IOException {
        try (Socket socket = connect("127.0.0.1")) {
            byte[] content = body.startsWith("@") ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
            int length = body.startsWith("@") ? Integer.parseInt(body.substring(1)) : content.length;
            String head = method + " " + target
                    + " HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\nUser-Agent: "
                    + (agent.isEmpty() ? "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" : agent)
                    + "\r\nAccept: */*\r\n"
                    + (contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n")
                    + (length == 0 && method.equals("GET") ? "" : "Content-Length: " + length + "\r\n") + "\r\n";
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            out.write(content);
            out.flush();
            return reply(socket);
        }
    }

    /** A connection from an address of this machine. */
    Socket connect(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), plain), 10_000);
        return socket;
    }

    /** The answer, read to its own end: who announced a body and sends none is kept waiting by a polite server. */
    static Reply reply(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended within " + text.length() + " bytes of an answer's head");
            }
            head.write(next);
            text = head.toString(StandardCharsets.ISO_8859_1);
        }
        List<String> lines = text.lines().toList();
        Map<String, String> headers = lines.stream()
                .skip(1)
                .filter(line -> line.contains(":"))
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(
                        parts -> parts[0].strip().toLowerCase(Locale.ROOT),
                        parts -> parts[1].strip(),
                        (one, other) -> one));
        String length = headers.get("content-length");
        byte[] body = length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
        return new Reply(
                Integer.parseInt(lines.get(0).split(" ")[1]), headers, new String(body, StandardCharsets.UTF_8));
    }

    /** What the access log has by now. */
    List<JsonNode> log() {
        try {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(prefix.resolve("logs/access.log"))) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The log's line of one request, once it is there. */
    JsonNode logged(String request) {
        return Stage.eventually()
                .until(() -> find(request), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<JsonNode> find(String request) {
        return log().stream()
                .filter(line -> line.path("request").asText().equals(request))
                .findFirst();
    }

    String errors() throws IOException {
        return Files.readString(prefix.resolve("logs/error.log"));
    }

    @Override
    public void close() {
        Machine.end(process, Duration.ofSeconds(40));
    }
}
