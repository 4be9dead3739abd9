package dev.mainstay.server.http;

/// Where the API listens. Loopback until somebody says otherwise, for it is not encrypted. Immutable.
///
/// @param port 0 takes any free one
public record HttpConfig(String host, int port) {
    public HttpConfig {
        if (host.isBlank()) {
            throw new IllegalArgumentException("server.host must not be empty");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("server.port must be from 0 to 65535, was " + port);
        }
    }

    public static HttpConfig defaults() {
        return new HttpConfig("127.0.0.1", 7070);
    }
}
