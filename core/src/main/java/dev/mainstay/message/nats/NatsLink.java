package dev.mainstay.message.nats;

import dev.mainstay.MainstayException;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.KeyValue;
import io.nats.client.KeyValueOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The way to NATS: one connection. While the servers are away every call fails at once; the connection comes back by
/// itself. Nothing is kept back to be sent later, because a message must not be stored twice. Thread-safe.
final class NatsLink implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final JetStreamOptions SOON =
            JetStreamOptions.builder().requestTimeout(PATIENCE).build();

    private final String address;
    private final Connection connection;
    private final JetStream stream;
    private final JetStreamManagement management;
    private final Map<String, KeyValue> buckets = new ConcurrentHashMap<>();
    private volatile @Nullable String refusal;

    /// What is asked of the server.
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException, JetStreamApiException, InterruptedException;
    }

    /// Another was faster: the key is not what it was read as.
    static final class Conflict extends Exception {
        private static final long serialVersionUID = 1;

        private Conflict(Throwable cause) {
            super(cause);
        }
    }

    private NatsLink(String servers, URI first) {
        address = NatsFailures.address(first);
        try {
            connection = Nats.connect(options(servers));
            stream = connection.jetStream(SOON);
            management = connection.jetStreamManagement(SOON);
        } catch (IOException | IllegalStateException e) {
            throw NatsFailures.whileConnecting(address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw NatsFailures.unreachable(address, e);
        }
    }

    static NatsLink to(String servers, URI first) {
        return new NatsLink(servers, first);
    }

    private Options options(String servers) {
        return Options.builder()
                .servers(servers.split(",", -1))
                .connectionName("mainstay")
                .connectionTimeout(PATIENCE)
                .pingInterval(Duration.ofSeconds(2))
                .maxPingsOut(2)
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(250))
                .reconnectJitter(Duration.ofMillis(100))
                .reconnectBufferSize(0)
                .errorListener(new ErrorListener() {
                    @Override
                    public void errorOccurred(Connection where, String error) {
                        refusal = error.contains("Permissions Violation") ? error : refusal;
                    }
                })
                .build();
    }

    JetStream stream() {
        return stream;
    }

    JetStreamManagement management() {
        return management;
    }

    Connection connection() {
        return connection;
    }

    String address() {
        return address;
    }

    /// What one message of NATS may weigh.
    int largest() {
        return Math.toIntExact(Math.min(connection.getMaxPayload(), Integer.MAX_VALUE));
    }

    KeyValue bucket(String name) {
        return buckets.computeIfAbsent(
                name,
                any -> call(() -> connection.keyValue(
                        name, KeyValueOptions.builder().jetStreamOptions(SOON).build())));
    }

    /// One step that another cannot be in the way of.
    <T> T call(Call<T> step) {
        try {
            return guarded(step);
        } catch (Conflict e) {
            throw new IllegalStateException("a step without a condition met a conflict", e);
        }
    }

    <T> T guarded(Call<T> step) throws Conflict {
        if (connection.getStatus() != Connection.Status.CONNECTED) {
            throw NatsFailures.unreachable(address, new IOException("the connection is " + connection.getStatus()));
        }
        refusal = null;
        try {
            return step.run();
        } catch (JetStreamApiException e) {
            throw failed(e);
        } catch (IllegalStateException e) {
            throw NatsFailures.unreachable(address, e);
        } catch (IOException e) {
            throw NatsFailures.isNoResponder(e)
                    ? NatsFailures.noStream(address, e)
                    : NatsFailures.noAnswer(address, refusal, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw NatsFailures.noAnswer(address, null, e);
        }
    }

    private MainstayException failed(JetStreamApiException failure) throws Conflict {
        return switch (failure.getApiErrorCode()) {
            case NatsFailures.WRONG_LAST_SEQUENCE -> throw new Conflict(failure);
            case NatsFailures.STREAM_NOT_FOUND -> NatsFailures.noStream(address, failure);
            default -> NatsFailures.refused(address, failure);
        };
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
