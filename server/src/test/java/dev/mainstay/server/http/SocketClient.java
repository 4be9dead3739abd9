package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One socket to the API: what it was told comes out in order.
final class SocketClient implements WebSocket.Listener, AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long BOUND_SECONDS = 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final LinkedBlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final boolean isReading;
    private final WebSocket socket;

    private SocketClient(URI server, @Nullable String header, boolean isReading) {
        this.isReading = isReading;
        WebSocket.Builder builder = client.newWebSocketBuilder();
        if (header != null) {
            builder.header("Authorization", "Bearer " + header);
        }
        socket = builder.buildAsync(URI.create(server.toString().replaceFirst("http", "ws") + "/api/v1/ws"), this)
                .join();
    }

    static SocketClient stranger(ApiServer api) {
        return new SocketClient(api.server.address(), null, true);
    }

    static SocketClient with(ApiServer api, String key) {
        return new SocketClient(api.server.address(), key, true);
    }

    /// Reads nothing at all.
    static SocketClient deaf(ApiServer api, String key) {
        return new SocketClient(api.server.address(), key, false);
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (isReading) {
            opened.request(Long.MAX_VALUE);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
        text.append(part);
        if (isLast) {
            frames.add(JSON.readTree(text.toString()));
            text.setLength(0);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.complete(1006);
    }

    SocketClient say(String json) {
        socket.sendText(json.replace('\'', '"'), true).join();
        return this;
    }

    /// The next frame of a type; those before it are passed over.
    JsonNode next(String type) {
        while (true) {
            JsonNode frame;
            try {
                frame = frames.poll(BOUND_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(frame).as("a frame %s", type).isNotNull();
            if (frame.path("type").asString("").equals(type)) {
                return frame;
            }
        }
    }

    /// How many messages are here and were not looked at.
    int unread() {
        return frames.size();
    }

    int closeCode() {
        return closed.orTimeout(BOUND_SECONDS, TimeUnit.SECONDS).join();
    }

    void read() {
        socket.request(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}
