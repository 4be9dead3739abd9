package dev.mainstay.server.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.cluster.NodeIdentity;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.server.auth.KeyCheck;
import dev.mainstay.server.auth.KeyStore;
import dev.mainstay.server.auth.KeyToken;
import dev.mainstay.server.auth.Role;
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
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole API over a database of its own, with a key of each role in two organizations, and a client for it.
final class ApiServer implements AutoCloseable {
    /// One that takes all, and one that takes nothing.
    private static final Map<String, Notifier> NOTIFIERS = Map.of("ops", _ -> {}, "broken", _ -> {
        throw new IllegalStateException("answered 500: full");
    });
    static final UUID OTHER = new UUID(0, 2);
    private static final Schemas SCHEMAS = new Schemas(new OpenApi());
    private static final JsonMapper JSON = JsonMapper.builder().build();

    final TestDatabase test = TestDatabase.create();
    final AtomicReference<Optional<String>> nodeProblem = new AtomicReference<>(Optional.empty());
    /// What is told to nodes, where a test has one.
    final AtomicReference<Runnable> claimable = new AtomicReference<>(() -> {});
    final AtomicReference<Runnable> queuesChanged = new AtomicReference<>(() -> {});
    final FleetWatches watches;
    final List<Route> routes;
    final HttpServer server;
    final KeyStore keys;
    final Signals signals;
    final OutsideWorkers workers;
    final TestMessages messages;
    private final Telemetry telemetry;
    private final Meters measured;
    private final Map<UUID, Map<Role, KeyToken>> tokens = new HashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Database database;

    ApiServer() {
        this(TestDatabase::database);
    }

    /// Over another way to the same database.
    ApiServer(Function<TestDatabase, Database> way) {
        database = way.apply(test);
        keys = new KeyStore(database);
        KeyCheck check = new KeyCheck(keys);
        watches = FleetWatches.start(database, "node-1");
        signals = Signals.start(database);
        telemetry = Telemetry.start(database);
        workers = OutsideWorkers.start(database, signals, telemetry, database::now);
        messages = new TestMessages(database, signals);
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        measured = Meters.bind(meters, database, telemetry, watches);
        Api api = new Api(
                database,
                new NodeIdentity("node-1", "localhost", "", "0.1.0", Set::of, Set::of),
                database::now,
                watches,
                keys,
                check,
                meters,
                nodeProblem::get,
                List::of,
                null,
                new TaskDesks(
                        database,
                        database::now,
                        () -> requireNonNull(claimable.get()).run(),
                        () -> requireNonNull(queuesChanged.get()).run()),
                () -> {},
                workers,
                new NotifierDesk(NOTIFIERS, MonotonicClock.system()),
                messages.streams());
        routes = api.routes();
        server = HttpServer.start(new HttpConfig("127.0.0.1", 0), check::caller, routes, meters);
        execute("INSERT INTO organizations (organization_id, name) VALUES ('" + OTHER + "', 'other')");
        for (UUID organization : List.of(Organizations.DEFAULT, OTHER)) {
            Map<Role, KeyToken> made = new EnumMap<>(Role.class);
            for (Role role : Role.values()) {
                KeyToken token = KeyToken.random();
                keys.create(organization, token, role.word(), role, null);
                made.put(role, token);
            }
            tokens.put(organization, made);
        }
    }

    Database database() {
        return database;
    }

    /// As the superuser, for what no role of ours may do.
    void execute(String sql) {
        try (var connection = test.superuser();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /// An agent as a node would have declared and leased it.
    void agent(UUID organization, String id, String state) {
        execute("""
                INSERT INTO agents (organization_id, id, kind, category, description, capabilities, source, spec, state)
                VALUES ('%1$s', '%2$s', 'http-check', 'OPERATIONAL', 'Checks %2$s', '{web}', 'file',
                    '{"schedule": {"every": "PT30S"}, "deadline": "PT10S", "heartbeat": "PT10S"}', '%3$s');
                INSERT INTO agent_leases (organization_id, agent_id, fence, session_id, node_id, beat_at, sequence, phase)
                VALUES ('%1$s', '%2$s', 1, gen_random_uuid(), 'node-1', clock_timestamp(), 1, 'heartbeating')
                """.formatted(organization, id, state));
    }

    KeyToken key(UUID organization, Role role) {
        return Objects.requireNonNull(
                tokens.getOrDefault(organization, Map.of()).get(role));
    }

    /// A request with a key of `role` in the default organization.
    Reply get(Role role, String path) {
        return send("GET", path, key(Organizations.DEFAULT, role).reveal(), null);
    }

    Reply post(Role role, String path, String body) {
        return send("POST", path, key(Organizations.DEFAULT, role).reveal(), body);
    }

    Reply send(String method, String path, @Nullable String key, @Nullable String body) {
        return send(method, path, key, body, UnaryOperator.identity());
    }

    Reply send(
            String method,
            String path,
            @Nullable String key,
            @Nullable String body,
            UnaryOperator<HttpRequest.Builder> with) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            Reply reply = new Reply(client.send(with.apply(request).build(), HttpResponse.BodyHandlers.ofString()));
            assertThat(problems(method, path, reply)).isEmpty();
            return reply;
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + path, e);
        }
    }

    /// Whether the document says what was answered.
    private static List<String> problems(String method, String path, Reply reply) {
        String mediaType = reply.header("Content-Type").replaceAll(";.*", "");
        if (mediaType.equals(Problem.MEDIA_TYPE) && reply.code().startsWith("HTTP_")) {
            return List.of(); // Refused before any operation was found.
        }
        return SCHEMAS.problems(
                method, path, reply.status(), mediaType, mediaType.endsWith("json") ? reply.json() : null);
    }

    URI uri(String path) {
        return URI.create(server.address() + path);
    }

    /// What was answered.
    record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return JSON.readTree(body());
        }

        String code() {
            return json().path("code").asString("");
        }
    }

    @Override
    public void close() {
        workers.close();
        messages.close();
        watches.close();
        server.close();
        measured.close();
        telemetry.close();
        signals.close();
        database.close();
        test.close();
    }
}
