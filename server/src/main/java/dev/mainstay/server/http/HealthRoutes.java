package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a supervisor of this process asks: alive, ready, how it does; and the document of this API. Thread-safe.
final class HealthRoutes {
    private final Database database;
    private final Supplier<Optional<String>> nodeProblem;
    private final PrometheusMeterRegistry meters;
    private final String document = document();

    /// @param nodeProblem why this node cannot work at the moment, if it cannot
    HealthRoutes(Database database, Supplier<Optional<String>> nodeProblem, PrometheusMeterRegistry meters) {
        this.database = database;
        this.nodeProblem = nodeProblem;
        this.meters = meters;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/health/live", Access.PUBLIC, request -> Answer.json(new Liveness(true))),
                Route.get("/health/ready", Access.PUBLIC, request -> ready()),
                Route.get(
                        "/metrics",
                        Access.VIEWER,
                        request -> Answer.text("text/plain; version=0.0.4; charset=utf-8", meters.scrape())),
                Route.get(
                        "/openapi.yaml",
                        Access.PUBLIC,
                        request -> Answer.text("application/yaml; charset=utf-8", document)));
    }

    private record Liveness(boolean live) {}

    private record Check(
            String name, boolean ready, @Nullable String reason) {
        static Check of(String name, Optional<String> problem) {
            return new Check(name, problem.isEmpty(), problem.orElse(null));
        }
    }

    private record Readiness(boolean ready, List<Check> checks) {}

    private Answer ready() {
        List<Check> checks = List.of(Check.of("database", databaseProblem()), Check.of("node", nodeProblem.get()));
        boolean ready = checks.stream().allMatch(Check::ready);
        return Answer.json(ready ? 200 : 503, new Readiness(ready, checks));
    }

    private Optional<String> databaseProblem() {
        if (!database.isAvailable()) {
            return Optional.of("the database does not answer");
        }
        try {
            boolean readOnly = database.control(
                    handle -> handle.createQuery("SELECT current_setting('transaction_read_only')::boolean")
                            .mapTo(Boolean.class)
                            .one());
            return readOnly ? Optional.of("the database takes no writes") : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of("the database does not answer");
        }
    }

    private static String document() {
        try (InputStream yaml = HealthRoutes.class.getResourceAsStream("/dev/mainstay/server/openapi.yaml")) {
            if (yaml == null) {
                throw new IllegalStateException("openapi.yaml is missing in the server's jar");
            }
            return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml cannot be read", e);
        }
    }
}
