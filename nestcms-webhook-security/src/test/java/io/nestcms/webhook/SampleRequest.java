package io.nestcms.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A request that can be taken apart and changed. */
final class SampleRequest {
    private final byte[] body;
    private final List<Map.Entry<String, String>> headers;
    private final String peer;
    private final String query;

    SampleRequest(byte[] body, List<Map.Entry<String, String>> headers) {
        this(body, headers, SampleProvider.PEER, "");
    }

    private SampleRequest(byte[] body, List<Map.Entry<String, String>> headers, String peer, String query) {
        this.body = body;
        this.headers = List.copyOf(headers);
        this.peer = peer;
        this.query = query;
    }

    byte[] body() {
        return body;
    }

    String header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    SampleRequest withBody(byte[] changed) {
        return new SampleRequest(changed, headers, peer, query);
    }

    SampleRequest with(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new SampleRequest(body, more, peer, query);
    }

    SampleRequest withFirst(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(0, Map.entry(name, value));
        return new SampleRequest(body, more, peer, query);
    }

    SampleRequest without(String name) {
        return new SampleRequest(
                body,
                headers.stream().filter(header -> !header.getKey().equals(name)).toList(),
                peer,
                query);
    }

    SampleRequest changing(String name, UnaryOperator<String> change) {
        return new SampleRequest(
                body,
                headers.stream()
                        .map(header -> header.getKey().equals(name)
                                ? Map.entry(name, change.apply(header.getValue()))
                                : header)
                        .toList(),
                peer,
                query);
    }

    SampleRequest renaming(UnaryOperator<String> change) {
        return new SampleRequest(
                body,
                headers.stream()
                        .map(header -> Map.entry(change.apply(header.getKey()), header.getValue()))
                        .toList(),
                peer,
                query);
    }

    SampleRequest from(String address) {
        return new SampleRequest(body, headers, address, query);
    }

    SampleRequest withQuery(String changed) {
        return new SampleRequest(body, headers, peer, changed);
    }

    WebhookRequest toRequest() {
        WebhookRequest.Builder builder = WebhookRequest.builder(body).query(query);
        headers.forEach(header -> builder.header(header.getKey(), header.getValue()));
        return builder.peer(Objects.requireNonNull(IpAddress.parse(peer)).toInetAddress())
                .build();
    }
}
