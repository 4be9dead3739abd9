package dev.mainstay.server.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/// `mainstay status`: is all well, in a few lines and one exit code. Not thread-safe.
@Command(
        name = "status",
        description = "Says whether Mainstay and its agents are well; exit code 4 when something critical is not.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final Set<String> CRITICAL = Set.of("critical", "emergency");
    static final List<Column> PROBLEM = List.of(
            Column.of("severity"),
            Column.of("problem"),
            Column.of("agent"),
            Column.moment("since"),
            Column.of("detail"));
    private static final List<Column> SUMMARY = List.of(
            Column.of("server"),
            Column.of("ready", status -> ready(status.path("readiness"))),
            Column.of("nodes", status -> Column.text(status.path("overview").path("nodes"))),
            Column.of("agents", status -> agents(status.path("overview"))),
            Column.health(status -> status.path("overview").path("health").path("score")),
            Column.of(
                    "problems",
                    status -> String.valueOf(
                            status.path("overview").path("problems").size())));

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        var client = remote.connect();
        var status = ApiClient.JSON.createObjectNode();
        status.put("server", client.server().toString());
        var readiness = ApiClient.JSON.readTree(
                client.exchange("GET", "/health/ready", null, Map.of()).body());
        status.set("readiness", readiness);
        var overview = client.get("/api/v1/overview");
        status.set("overview", overview);
        output.one(status, SUMMARY);
        var problems = overview.path("problems").valueStream().toList();
        if (output.format() == Output.Format.TABLE && !problems.isEmpty()) {
            output.out().println();
            output.list(problems, PROBLEM);
        }
        return isWell(readiness, problems) ? ExitCode.OK : ExitCode.UNHEALTHY;
    }

    private static boolean isWell(JsonNode readiness, List<JsonNode> problems) {
        return readiness.path("ready").asBoolean(false)
                && problems.stream()
                        .noneMatch(problem ->
                                CRITICAL.contains(problem.path("severity").asString("")));
    }

    private static String ready(JsonNode readiness) {
        return readiness.path("ready").asBoolean(false)
                ? "yes"
                : readiness
                        .path("checks")
                        .valueStream()
                        .map(check -> check.path("reason").asString(""))
                        .filter(reason -> !reason.isEmpty())
                        .collect(Collectors.joining("; ", "no: ", ""));
    }

    static String agents(JsonNode overview) {
        var agents = overview.path("agents");
        var states = agents.path("byState")
                .propertyStream()
                .map(state -> state.getValue() + " " + state.getKey())
                .collect(Collectors.joining(", "));
        return agents.path("total").asInt(0) + (states.isEmpty() ? "" : " (" + states + ")");
    }
}
