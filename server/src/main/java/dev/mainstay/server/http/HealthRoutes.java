package dev.mainstay.server.http;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.stream.FleetWatches;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a supervisor of this process asks: alive, ready, how it does; and the document of this API. Thread-safe.
final class HealthRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(HealthRoutes.class);

    private static final Duration HELD = Duration.ofMillis(500);

    private final Database database;
    private final SharedAnswer<Optional<String>> databaseProblem;
    private final SharedAnswer<Optional<String>> messageProblem;
    private final FleetWatches watches;
    private final Supplier<Optional<String>> nodeProblem;
    private final PrometheusMeterRegistry meters;
    private final PromiseMetrics promises;
    private final String document = document();

    /// @param nodeProblem why this node cannot work at the moment, if it cannot
    /// @param messageProblem why messages cannot be reached, if they cannot
    HealthRoutes(
            Database database,
            FleetWatches watches,
            Supplier<Optional<String>> nodeProblem,
            Supplier<Optional<String>> messageProblem,
            PrometheusMeterRegistry meters) {
        this.database = database;
        this.databaseProblem = new SharedAnswer<>(this::databaseProblem, HELD, MonotonicClock.system());
        this.messageProblem = new SharedAnswer<>(messageProblem, HELD, MonotonicClock.system());
        this.watches = watches;
        this.nodeProblem = nodeProblem;
        this.meters = meters;
        this.promises = new PromiseMetrics(database);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/health/live", Access.PUBLIC, request -> Answer.json(new Liveness(true))),
                Route.get("/health/ready", Access.PUBLIC, request -> ready()),
                Route.get("/metrics", Access.VIEWER, this::metrics),
                Route.get(
                        "/openapi.yaml",
                        Access.PUBLIC,
                        request -> Answer.text("application/yaml; charset=utf-8", document)));
    }

    private Answer metrics(Request request) {
        return Answer.text(
                "text/plain; version=0.0.4; charset=utf-8", meters.scrape() + agents(request.organization()));
    }

    /// Not a meter of the process: how many there are depends on whose key asks. While the database is away they are
    /// left out, and everything else is still told.
    private String agents(UUID organization) {
        StringBuilder text = new StringBuilder("""
                # HELP mainstay_agents Agents of the organization, by state
                # TYPE mainstay_agents gauge
                """);
        try {
            watches.of(organization)
                    .snapshot()
                    .byState()
                    .forEach((state, count) -> text.append("mainstay_agents{state=\"")
                            .append(state)
                            .append("\"} ")
                            .append(count)
                            .append('\n'));
            return text + promises.of(organization);
        } catch (MainstayException e) {
            LOG.atDebug().log("agents and promises are not told: {}", e.toString());
            return "";
        }
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
        List<Check> checks = List.of(
                Check.of("database", databaseProblem.get()),
                Check.of("node", nodeProblem.get()),
                Check.of("messages", messageProblem.get()));
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
