package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpStatus;

/**
 * A whole answer, so that it can be cut anywhere.
 *
 * @param status HTTP status
 * @param headers without length
 * @param body may be empty
 */
record Reply(int status, Map<String, String> headers, String body) {

    static Reply json(int status, JsonNode body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), Json.text(body));
    }

    static Reply html(int status, String page) {
        return new Reply(status, Map.of("Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-store"), page);
    }

    static Reply seeOther(String location) {
        return new Reply(303, Map.of("Location", location), "");
    }

    Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, body);
    }

    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** As it goes over the wire. */
    byte[] raw() {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + HttpStatus.getMessage(status) + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] content = bytes();
        head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(first, first.length + content.length);
        System.arraycopy(content, 0, all, first.length, content.length);
        return all;
    }
}
