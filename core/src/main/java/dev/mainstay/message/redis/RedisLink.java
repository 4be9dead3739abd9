package dev.mainstay.message.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The way to one Redis server: a connection for commands, one for hints. While the server is away every call fails at
/// once; the connections come back by themselves. Nothing is ever sent a second time unasked, because a message must
/// not be stored twice. Thread-safe.
final class RedisLink implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final String address;

    private RedisLink(RedisURI uri) {
        address = RedisFailures.address(uri);
        resources = resources();
        client = RedisClient.create(resources, uri);
        client.setOptions(options());
        try {
            connection = client.connect();
        } catch (RedisException e) {
            stop();
            throw RedisFailures.whileConnecting(address, e);
        }
    }

    private static ClientResources resources() {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(
                        Delay.exponential(Duration.ofMillis(50), Duration.ofSeconds(1), 2, TimeUnit.MILLISECONDS))
                .build();
    }

    private static ClientOptions options() {
        return ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(PATIENCE)
                        .keepAlive(true)
                        .build())
                .build();
    }

    static RedisLink to(RedisURI uri) {
        return new RedisLink(uri);
    }

    /// Another connection, for hints alone.
    StatefulRedisPubSubConnection<String, String> listen() {
        return client.connectPubSub();
    }

    List<Object> run(RedisScript script, List<String> keys, Collection<String> arguments) {
        String[] keyArray = keys.toArray(String[]::new);
        String[] argumentArray = arguments.toArray(String[]::new);
        try {
            return await(connection.async().evalsha(script.digest(), ScriptOutputType.MULTI, keyArray, argumentArray));
        } catch (RedisNoScriptException e) {
            // A server that was started anew knows no scripts.
            return call(commands -> commands.eval(script.text(), ScriptOutputType.MULTI, keyArray, argumentArray));
        } catch (RedisException e) {
            throw RedisFailures.of(address, e);
        }
    }

    <T> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        try {
            return await(command.apply(connection.async()));
        } catch (RedisException e) {
            throw RedisFailures.of(address, e);
        }
    }

    private static <T> T await(RedisFuture<T> future) {
        return LettuceFutures.awaitOrCancel(future, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Sends it without waiting; it may come to nothing.
    void tell(Function<RedisAsyncCommands<String, String>, RedisFuture<?>> command) {
        var _ = command.apply(connection.async());
    }

    String address() {
        return address;
    }

    @Override
    public void close() {
        connection.close();
        stop();
    }

    private void stop() {
        client.shutdown(Duration.ZERO, PATIENCE);
        var _ = resources.shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
