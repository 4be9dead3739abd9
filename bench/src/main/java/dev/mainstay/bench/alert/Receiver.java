package dev.mainstay.bench.alert;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The webhook of the bench, on this machine: keeps what comes, and when. Thread-safe.
final class Receiver implements AutoCloseable {
    private static final int NO_CONTENT = 204;
    private static final Duration LOOK = Duration.ofMillis(5);

    /// @param total how many alerts it is about
    record Told(String id, String kind, String group, int total, long nanos) {}

    private final MonotonicClock clock = MonotonicClock.system();
    private final HttpServer server;
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final Map<String, Long> firstOf = new ConcurrentHashMap<>();

    Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException("the bench cannot listen", e);
        }
        server.setExecutor(Threads.virtualExecutor("receiver-"));
        server.createContext("/", this::receive);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void receive(HttpExchange exchange) throws IOException {
        long now = clock.nanos();
        try (exchange) {
            JsonNode body =
                    JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
            String kind = body.path("kind").asString();
            told.add(new Told(
                    body.path("id").asString(),
                    kind,
                    body.path("group").asString(),
                    body.path("total").asInt(),
                    now));
            if (kind.equals("firing")) {
                body.path("alerts").forEach(alert -> {
                    firstOf.putIfAbsent(alert.path("agent").asString(""), now);
                    firstOf.putIfAbsent(alert.path("node").asString(""), now);
                });
            }
            exchange.sendResponseHeaders(NO_CONTENT, -1);
        }
    }

    long nanos() {
        return clock.nanos();
    }

    /// Seconds from `since` until an agent or a node was first named; empty when nobody was told within `bound`.
    OptionalDouble secondsUntil(String subject, long since, Duration bound) {
        while (clock.nanos() - since < bound.toNanos()) {
            Long at = firstOf.get(subject);
            if (at != null) {
                return OptionalDouble.of((at - since) / 1e9);
            }
            Threads.pause(LOOK);
        }
        return OptionalDouble.empty();
    }

    /// Notifications of a group that fire, in the order they came, each once.
    List<Told> firing(String group) {
        return told.stream()
                .filter(each -> each.kind().equals("firing") && each.group().equals(group))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
