package dev.mainstay.server.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.cluster.NodeIdentity;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.server.auth.KeyCheck;
import dev.mainstay.server.auth.KeyStore;
import dev.mainstay.server.auth.KeyToken;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.Api;
import dev.mainstay.server.http.HttpConfig;
import dev.mainstay.server.http.HttpServer;
import dev.mainstay.server.http.Route;
import dev.mainstay.server.http.TestMessages;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.task.OutsideWorkers;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.testing.TestDatabase;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole of what the dashboard stands on: a database, the API and the dashboard on a port, and agents that report
/// from outside as any program would. Not thread-safe.
final class Stage implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final TestDatabase test = TestDatabase.create();
    private final Signals signals = Signals.start(test.database());
    private final Telemetry telemetry = Telemetry.start(test.database());
    private final TestMessages messages = new TestMessages(test.database(), signals);
    private final OutsideWorkers workers =
            OutsideWorkers.start(test.database(), signals, telemetry, test.database()::now);
    private final HttpClient client = HttpClient.newHttpClient();
    private final KeyStore keys = new KeyStore(test.database());
    private final Map<String, JsonNode> leases = new HashMap<>();
    private final String admin = key(Role.ADMIN);
    private FleetWatches watches;
    private HttpServer server;

    Stage() {
        open(0);
    }

    private void open(int port) {
        KeyCheck check = new KeyCheck(keys);
        watches = FleetWatches.start(test.database(), "stage");
        Api api = new Api(
                test.database(),
                new NodeIdentity("stage", "localhost", "", "test", Set::of, Set::of),
                test.database()::now,
                watches,
                keys,
                check,
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                Optional::empty,
                List::of,
                null,
                new TaskDesks(test.database(), test.database()::now, () -> {}, () -> {}),
                () -> {},
                workers,
                new NotifierDesk(Map.of(), MonotonicClock.system()),
                messages.streams());
        List<Route> routes = Stream.concat(api.routes().stream(), WebAssets.load().routes().stream())
                .toList();
        server = HttpServer.start(new HttpConfig("127.0.0.1", port), check::caller, routes, api.meters());
    }

    /// A new key; of the organization everybody starts with.
    String key(Role role) {
        KeyToken token = KeyToken.random();
        keys.create(Organizations.DEFAULT, token, "the dashboard's test", role, null);
        return token.reveal();
    }

    /// A node beside the server, over the same database, which may be given workers; whoever starts it closes it.
    FleetBuilder node() {
        return Fleet.builder().database(test.config().build());
    }

    /// As the superuser, for what would take too long to come to be.
    void execute(String sql) {
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    URI address() {
        return server.address().resolve("/");
    }

    /// The link the terminal prints, with the admin's key.
    URI link(String query) {
        return URI.create(server.address() + "/" + query + "#token=" + admin);
    }

    /// Registers an agent and lets it send its first heartbeat.
    void agent(String id, String interval) {
        register(Map.of("id", id, "interval", interval));
    }

    void agentOf(String group, String id) {
        register(Map.of("id", id, "interval", "PT10S", "group", group));
    }

    private void register(Map<String, String> agent) {
        Map<String, String> whole = new HashMap<>(
                Map.of("kind", "price-feed", "description", "Pulls prices.", "heartbeatInterval", "PT10S"));
        whole.putAll(agent);
        String id = requireNonNull(whole.get("id"));
        leases.put(id, post("/api/v1/agents", whole));
        beat(id, Map.of("ticks", 1, "busyMs", 12.5));
    }

    void beat(String id, Map<String, ?> heartbeat) {
        JsonNode lease = requireNonNull(leases.get(id), id);
        post(
                "/api/v1/agents/" + id + "/heartbeat",
                Map.of(
                        "fence", lease.path("fence").asLong(),
                        "leaseToken", lease.path("leaseToken").asString(),
                        "heartbeat", heartbeat,
                        "metrics", List.of(Map.of("name", "prices.pulled", "value", 42, "unit", "count"))));
    }

    JsonNode get(String path) {
        return send(request(path).GET());
    }

    JsonNode post(String path, Map<String, ?> body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.address().resolve(path)).header("Authorization", "Bearer " + admin);
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Ends the server and starts another one in its place, as after an update; `meanwhile` happens in between.
    void restart(Runnable meanwhile) {
        int port = server.port();
        end();
        meanwhile.run();
        open(port);
    }

    private void end() {
        watches.close();
        server.close();
    }

    @Override
    public void close() {
        end();
        client.close();
        workers.close();
        messages.close();
        telemetry.close();
        signals.close();
        test.close();
    }
}
