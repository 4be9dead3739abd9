package dev.mainstay.server.http;

import java.net.URI;

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

    /// Where it answers, as another program on this machine would call it.
    public URI address() {
        String reachable = reachableHost();
        return URI.create("http://" + (reachable.contains(":") ? "[" + reachable + "]" : reachable) + ":" + port);
    }

    /// The host by which this machine reaches it.
    public String reachableHost() {
        return host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    }

    public static HttpConfig defaults() {
        return new HttpConfig("127.0.0.1", 7070);
    }
}
