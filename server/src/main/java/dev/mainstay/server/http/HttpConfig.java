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
        return at(reachableHost());
    }

    /// Where it answers, as a program on another machine would call it, which knows this one as `machine`.
    public URI address(String machine) {
        return at(isEverywhere() ? machine : host);
    }

    private URI at(String name) {
        return URI.create("http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port);
    }

    /// The host by which this machine reaches it.
    public String reachableHost() {
        return isEverywhere() ? "127.0.0.1" : host;
    }

    private boolean isEverywhere() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    public static HttpConfig defaults() {
        return new HttpConfig("127.0.0.1", 7070);
    }
}
