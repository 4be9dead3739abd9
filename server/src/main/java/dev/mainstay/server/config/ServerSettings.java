package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;

/// Where the API and the dashboard answer. Immutable and thread-safe.
public record ServerSettings(
        @Default("127.0.0.1")
        @Doc("The address to listen on. It is not encrypted, so keep it to this machine or put a proxy before it.")
        String host,

        @Default("7070") @Doc("The port to listen on; 0 takes any free one.")
        int port) {
    public ServerSettings {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
        }
    }
}
