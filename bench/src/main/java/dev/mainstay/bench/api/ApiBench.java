package dev.mainstay.bench.api;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.bench.up.Request;
import dev.mainstay.bench.up.RunningServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A whole Mainstay with a month of history, asked by many callers with a key. Used by one thread.
@Command(name = "api", description = "Requests to a server with a month of history, and the cost of its viewers.")
public final class ApiBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();
    private static final List<String> PROGRAM = JavaProgram.command("dev.mainstay.server.cli.Main");
    private static final int PAGE = 100;
    private static final int FEW = 1;
    private static final int MANY = 50;

    @Option(names = "--agents", defaultValue = "1000", description = "in the fleet (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--rows", defaultValue = "10000000", description = "of metrics over 30 days (${DEFAULT-VALUE})")
    private long rows;

    @Option(names = "--callers", defaultValue = "16", description = "at the same time (${DEFAULT-VALUE})")
    private int callers;

    @Option(names = "--seconds", defaultValue = "10", description = "of each round (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--rounds", defaultValue = "5", description = "after one to warm up (${DEFAULT-VALUE})")
    private int rounds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("detailPerSecond", Goal.atLeast(5_000));
        goals.put("listPerSecond", Goal.atLeast(3_000));
        goals.put("p95Ms", Goal.atMost(15));
        goals.put("chart30dP95Ms", Goal.atMost(50));
        goals.put("longTaskP95Ms", Goal.atMost(1_000));
        goals.put("databaseQueriesPerViewer", Goal.atMost(0.1));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("api", GOALS, this::measure);
    }

    private Measured measure() throws IOException {
        var figures = new Figures();
        try (var laboratory = Laboratory.open()) {
            new History(agents, rows).store(laboratory);
            try (var server = RunningServer.start(PROGRAM, laboratory.folder("server"), settings(laboratory))) {
                requests(server, figures);
                longTask(laboratory, server, figures);
                viewers(laboratory, server, figures);
            }
            return new Measured(figures, laboratory.version());
        }
    }

    /// The raw rows of the whole month stay, which they would not for longer than a week by default.
    private static Map<String, String> settings(Laboratory laboratory) {
        String kept = (History.DAYS + 2) + "d";
        return Map.of(
                "MAINSTAY_DATABASE_URL", laboratory.url(),
                "MAINSTAY_DATABASE_USER", laboratory.user(),
                "MAINSTAY_DATABASE_PASSWORD", laboratory.password(),
                "MAINSTAY_RETENTION_METRICS", kept,
                "MAINSTAY_RETENTION_MINUTES", kept);
    }

    private void requests(RunningServer server, Figures figures) {
        agents(server, figures);
        charts(server, figures);
    }

    /// What the screen of a task with a hundred thousand events asks for first.
    private void longTask(Laboratory laboratory, RunningServer server, Figures figures) {
        String task = "/api/v1/tasks/"
                + laboratory
                        .database()
                        .read(handle -> handle.createQuery("SELECT id FROM tasks")
                                .mapTo(String.class)
                                .one());
        String token = server.adminToken();
        Load.Seen detail = rounds("longTaskDetail", server, FEW, number -> Request.get(task, token), figures);
        Load.Seen spans = rounds(
                "longTaskSpans", server, FEW, number -> Request.get(task + "/timeline?limit=200", token), figures);
        figures.add("longTaskP95Ms", detail.p95Millis() + spans.p95Millis());
    }

    private void agents(RunningServer server, Figures figures) {
        String token = server.adminToken();
        Load.Seen detail = rounds(
                "detail",
                server,
                callers,
                number -> Request.get("/api/v1/agents/" + History.agent(number % agents + 1), token),
                figures);
        Load.Seen list =
                rounds("list", server, callers, number -> Request.get("/api/v1/agents?limit=" + PAGE, token), figures);
        figures.add("p95Ms", Math.max(detail.p95Millis(), list.p95Millis()));
    }

    private void charts(RunningServer server, Figures figures) {
        String token = server.adminToken();
        rounds(
                "chart30d",
                server,
                2,
                number -> Request.get(
                        "/api/v1/agents/%s/metrics?name=%s&from=-P%dD"
                                .formatted(History.agent(number * 37 % agents + 1), History.METRIC, History.DAYS),
                        token),
                figures);
    }

    /// The medians over the rounds, which go into the figures under `name`.
    private Load.Seen rounds(
            String name, RunningServer server, int parallel, IntFunction<Request> requests, Figures figures) {
        List<Double> rates = new ArrayList<>();
        List<Double> p50s = new ArrayList<>();
        List<Double> p95s = new ArrayList<>();
        double bytes = 0;
        for (int round = 0; round <= rounds; round++) {
            Load.Seen seen = new Load(server.port(), parallel, Duration.ofSeconds(seconds), requests).run();
            Reporting.say("%s %d: %.0f a second, p95 %.2f ms, %.0f bytes"
                    .formatted(name, round, seen.perSecond(), seen.p95Millis(), seen.bytes()));
            if (round > 0) {
                rates.add(seen.perSecond());
                p50s.add(seen.p50Millis());
                p95s.add(seen.p95Millis());
            }
            bytes = seen.bytes();
        }
        figures.addMedian(name + "PerSecond", Samples.of(rates));
        figures.add(name + "P50Ms", Samples.of(p50s).median());
        figures.add(name + "P95Ms", Samples.of(p95s).median());
        figures.add(name + "Bytes", bytes);
        return new Load.Seen(
                Samples.of(rates).median(),
                Samples.of(p50s).median(),
                Samples.of(p95s).median(),
                bytes);
    }

    private void viewers(Laboratory laboratory, RunningServer server, Figures figures) throws IOException {
        var viewers = new Viewers(laboratory, server.port(), server.adminToken());
        Duration watched = Duration.ofSeconds(2L * seconds);
        Viewers.Cost few = viewers.watch(FEW, watched);
        Viewers.Cost many = viewers.watch(MANY, watched);
        figures.add("databaseQueriesPerViewer", (many.queriesPerSecond() - few.queriesPerSecond()) / (MANY - FEW))
                .add("queriesPerSecondOf1Viewer", few.queriesPerSecond())
                .add("queriesPerSecondOf50Viewers", many.queriesPerSecond())
                .add("postgresCoresOf1Viewer", few.postgresCores())
                .add("postgresCoresOf50Viewers", many.postgresCores());
    }
}
