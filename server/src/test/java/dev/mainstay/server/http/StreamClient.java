package dev.mainstay.server.http;

import dev.mainstay.concurrent.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads server-sent events as a browser would. Used by one test.
final class StreamClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String OVER = "over";

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final InputStream body;
    private final String refusal;
    private volatile String lastId = "";

    /// @param name `event:`, or `over` when the stream has ended
    record Message(String name, String data) {
        JsonNode json() {
            return JSON.readTree(data);
        }
    }

    StreamClient(URI uri, String key, String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + key);
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        body = response.body();
        if (response.statusCode() == 200) {
            refusal = "";
            Threads.startVirtual("stream-client", this::read);
        } else {
            refusal = response.statusCode() + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// The status and the body of who was given no stream; empty for who was.
    String refusal() {
        return refusal;
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String name = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.startsWith("id: ")) {
                    lastId = line.substring(4);
                } else if (line.isEmpty() && !name.isEmpty()) {
                    messages.add(new Message(name, data));
                    name = "";
                }
            }
        } catch (IOException e) {
            // The server or the test closed the stream; both are its end.
        }
        messages.add(new Message(OVER, ""));
    }

    String lastId() {
        return lastId;
    }

    /// The messages up to the first that passes, it included.
    List<Message> until(Predicate<Message> wanted) throws InterruptedException {
        List<Message> seen = new ArrayList<>();
        while (true) {
            Message next = messages.poll(30, TimeUnit.SECONDS);
            if (next == null || (next.name().equals(OVER) && !wanted.test(next))) {
                throw new AssertionError("the message did not come; came: " + seen);
            }
            seen.add(next);
            if (wanted.test(next)) {
                return seen;
            }
        }
    }

    List<Message> untilNamed(String name) throws InterruptedException {
        return until(message -> message.name().equals(name));
    }

    @Override
    public void close() throws IOException {
        body.close();
        client.shutdownNow();
    }
}
