package dev.mainstay.message.nats;

import dev.mainstay.config.OptionalLibrary;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.MessageTransportKind;
import java.time.Duration;

/// `messages: {transport: nats}`. Stateless and thread-safe; loads nothing of jnats before it is used.
public final class NatsTransportKind implements MessageTransportKind {
    @Override
    public String name() {
        return "nats";
    }

    @Override
    public MessageTransport open(String url, Duration retention) {
        OptionalLibrary.require("messages.transport nats", "io.nats.client.Nats", "io.nats:jnats");
        return NatsTransport.open(url, retention);
    }

    @Override
    public String tryOut(String url) {
        OptionalLibrary.require("messages.transport nats", "io.nats.client.Nats", "io.nats:jnats");
        return NatsTransport.tryOut(url);
    }
}
