package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.MessageTransportKind;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where messages are kept. Immutable and thread-safe.
public record MessageSettings(
        @Default("postgres") @Doc("Where messages are kept.")
        Place transport,

        @Doc("redis://[user:password@]host[:6379][/database] or nats://[user:password@]host[:4222];"
                + " rediss:// and tls:// with TLS.")
        @Nullable
        Secret url) {
    /// What messages can be kept in.
    public enum Place {
        POSTGRES,
        REDIS,
        NATS
    }

    public MessageSettings {
        if (transport == Place.POSTGRES && url != null) {
            throw new IllegalArgumentException("url says nothing without a transport such as redis or nats");
        }
        if (transport != Place.POSTGRES && url == null) {
            throw new IllegalArgumentException("url is missing: where is "
                    + transport.name().toLowerCase(Locale.ROOT) + "? It may be env:NAME or file:PATH");
        }
    }

    /// Connects to what lies elsewhere and leaves again; what was found, empty when messages are in the database.
    ///
    /// @throws dev.mainstay.MainstayException when the URL is none, or the server refuses or is away
    public Optional<String> tryOut() {
        return url == null
                ? Optional.empty()
                : Optional.of(MessageTransportKind.named(word()).tryOut(url.reveal()));
    }

    private String word() {
        return transport.name().toLowerCase(Locale.ROOT);
    }

    /// Connects to what lies elsewhere; empty when messages are in the database. The caller closes it.
    ///
    /// @throws dev.mainstay.MainstayException when the URL is none, or the server refuses or is away
    public Optional<MessageTransport> open(Duration retention) {
        return url == null
                ? Optional.empty()
                : Optional.of(MessageTransportKind.named(word()).open(url.reveal(), retention));
    }
}
