package dev.mainstay.bench.up;

import java.nio.charset.StandardCharsets;

/// A GET as it goes over the wire. Immutable and thread-safe.
public record Request(String text) {
    /// A request for `path` with the caller's `token`, which is empty for what is open to all.
    public static Request get(String path, String token) {
        String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
        return new Request("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n");
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
