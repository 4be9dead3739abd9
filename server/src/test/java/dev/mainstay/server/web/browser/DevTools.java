package dev.mainstay.server.web.browser;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The Chrome DevTools Protocol: numbered calls and their answers, and events, over one web socket. Thread-safe.
final class DevTools implements WebSocket.Listener, AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int PATIENCE_SECONDS = 60;

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<Consumer<JsonNode>> listeners = new CopyOnWriteArrayList<>();
    private final StringBuilder received = new StringBuilder();
    private CompletableFuture<WebSocket> sent = new CompletableFuture<>();

    private DevTools() {}

    static DevTools connect(URI address) {
        DevTools tools = new DevTools();
        tools.sent = tools.client
                .newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .buildAsync(address, tools);
        tools.sent.join();
        return tools;
    }

    /// Hears every event, whichever tab it is about.
    void listen(Consumer<JsonNode> listener) {
        listeners.add(listener);
    }

    JsonNode call(String method, Map<String, ?> parameters) {
        return call("", method, parameters);
    }

    /// Calls and waits for the answer; an error of the browser is thrown with its words.
    JsonNode call(String session, String method, Map<String, ?> parameters) {
        int number = calls.incrementAndGet();
        Map<String, Object> message = new HashMap<>(Map.of("id", number, "method", method, "params", parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        send(JSON.writeValueAsString(message));
        try {
            return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(method + " failed: " + e.getCause(), e);
        }
    }

    // A web socket takes the next text only after the one before is gone.
    private synchronized void send(String text) {
        sent = sent.thenCompose(socket -> socket.sendText(text, true));
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        received.append(part);
        if (last) {
            JsonNode message = JSON.readTree(received.toString());
            received.setLength(0);
            take(message);
        }
        socket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    private void take(JsonNode message) {
        if (!message.has("id")) {
            listeners.forEach(listener -> listener.accept(message));
            return;
        }
        CompletableFuture<JsonNode> answer =
                requireNonNull(waiting.remove(message.path("id").asInt()), "an answer nobody asked for");
        if (message.has("error")) {
            answer.completeExceptionally(
                    new IllegalStateException(message.path("error").toString()));
        } else {
            answer.complete(message.path("result"));
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
