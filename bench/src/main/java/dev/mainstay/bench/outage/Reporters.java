package dev.mainstay.bench.outage;

import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An outside agent that reports numbered events over HTTP without pause, on several connections, and remembers which
/// were acknowledged. Thread-safe.
final class Reporters implements AutoCloseable {
    static final String EVENT = "bench.number";
    private static final String AGENT = "reporter";
    private static final int CONNECTIONS = 4;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int OK = 200;
    private static final int CREATED = 201;

    private final Api api;
    private final String lease;
    private final AtomicLong next = new AtomicLong();
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<Loop> loops;

    Reporters(Api api) throws IOException, InterruptedException {
        this.api = api;
        var answer = api.post(
                "/api/v1/agents",
                "{\"id\": \"" + AGENT + "\", \"interval\": \"PT1S\", \"heartbeatInterval\": \"PT5S\"}");
        if (answer.statusCode() != CREATED && answer.statusCode() != OK) {
            throw new IllegalStateException("the outside agent was refused: " + answer.body());
        }
        JsonNode given = JsonMapper.shared().readTree(answer.body());
        lease = "\"fence\": %d, \"leaseToken\": \"%s\""
                .formatted(
                        given.path("fence").asLong(), given.path("leaseToken").asString());
        loops = IntStream.range(0, CONNECTIONS)
                .mapToObj(number -> Loop.start("reporter-" + number, PAUSE, this::report))
                .toList();
    }

    private void report() throws IOException, InterruptedException {
        long number = next.incrementAndGet();
        var answer = api.post("/api/v1/agents/" + AGENT + "/heartbeat", """
                {%s, "heartbeat": {}, "events": [{"type": "%s", "detail": {"number": %d}}]}""".formatted(lease, EVENT, number));
        if (answer.statusCode() == OK) {
            acknowledged.add(number);
        } else if (answer.statusCode() < 500) {
            Reporting.say("a report was refused: " + answer.body());
        }
    }

    /// The numbers that were answered with 200 until now.
    Set<Long> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    @Override
    public void close() {
        loops.forEach(Loop::close);
    }
}
