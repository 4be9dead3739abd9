package dev.mainstay.agents.check;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a `tcp-check` connects to and expects. Immutable and thread-safe.
public record TcpCheckSettings(
        @Doc("The host name or address to connect to.") String host,
        @Doc("The port, 1 to 65535.") int port,

        @Default("5s") @Doc("When to give up, from looking up the name to the expected answer.")
        Duration timeout,

        @Nullable @Doc("Text to send after connecting, in UTF-8.")
        String send,

        @Nullable @Doc("Text that must be in the first 64 KB of the answer.")
        String expect) {
    private static final int HIGHEST_PORT = 65_535;

    public TcpCheckSettings {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port < 1 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port must be 1 to 65535, was " + port);
        }
        Settings.requirePositive("timeout", timeout);
        Settings.requireFilled("send", send);
        Settings.requireFilled("expect", expect);
    }
}
