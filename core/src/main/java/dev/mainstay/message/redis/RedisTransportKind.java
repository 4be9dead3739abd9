package dev.mainstay.message.redis;

import dev.mainstay.config.OptionalLibrary;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.MessageTransportKind;
import java.time.Duration;

/// `messages: {transport: redis}`. Stateless and thread-safe; loads nothing of Lettuce before it is used.
public final class RedisTransportKind implements MessageTransportKind {
    @Override
    public String name() {
        return "redis";
    }

    @Override
    public MessageTransport open(String url, Duration retention) {
        OptionalLibrary.require("messages.transport redis", "io.lettuce.core.RedisClient", "io.lettuce:lettuce-core");
        return RedisTransport.open(url, retention);
    }

    @Override
    public String tryOut(String url) {
        OptionalLibrary.require("messages.transport redis", "io.lettuce.core.RedisClient", "io.lettuce:lettuce-core");
        return RedisTransport.tryOut(url);
    }
}
