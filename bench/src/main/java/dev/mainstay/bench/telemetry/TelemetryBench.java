package dev.mainstay.bench.telemetry;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Metrics through [dev.mainstay.telemetry.Telemetry] against a bare COPY of the same rows, in turns; then the
/// heartbeats of many agents, and their health. Used by one thread.
@Command(name = "telemetry", description = "Metrics next to a bare COPY, heartbeats, and health.")
public final class TelemetryBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--rows", defaultValue = "2000000", description = "metric rows a round (${DEFAULT-VALUE})")
    private int rows;

    @Option(names = "--series", defaultValue = "1000", description = "series they are of (${DEFAULT-VALUE})")
    private int series;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds, after one to warm up (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--agents", defaultValue = "10000", description = "agents that beat (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--beats", defaultValue = "60", description = "heartbeats of each (${DEFAULT-VALUE})")
    private int beats;

    @Option(
            names = "--minutes",
            defaultValue = "10",
            description = "history to read from, a heartbeat a second (${DEFAULT-VALUE})")
    private int minutes;

    @Option(
            names = "--evaluations",
            defaultValue = "20",
            description = "how often the health of a thousand agents is judged (${DEFAULT-VALUE})")
    private int evaluations;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("rowsPerSecond", Goal.atLeast(250_000));
        goals.put("ratioToCopy", Goal.atLeast(0.8));
        goals.put("heartbeat10kMs", Goal.atMost(40));
        goals.put("health1000Ms", Goal.atMost(100));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("telemetry", GOALS, this::measure);
    }

    private Measured measure() throws SQLException {
        var figures = new Figures();
        try (var laboratory = Laboratory.open()) {
            ingest(laboratory, figures);
            Reporting.say("%d heartbeats of %d agents".formatted(beats, agents));
            new HeartbeatRounds(laboratory, agents).run(beats, figures);
            Reporting.say("%d minutes of them, read by agent".formatted(minutes));
            new HeartbeatReads(laboratory, agents).run(minutes, figures);
            Reporting.say("health of a thousand agents");
            new HealthRounds(laboratory).run(evaluations, figures);
            return new Measured(figures, laboratory.version());
        }
    }

    private void ingest(Laboratory laboratory, Figures figures) throws SQLException {
        List<Double> through = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        turns(laboratory, through, bare);
        for (int round = 0; round < rounds; round++) {
            ratios.add(through.get(round) / bare.get(round));
        }
        figures.addMedian("rowsPerSecond", Samples.of(through));
        figures.addMedian("copyRowsPerSecond", Samples.of(bare));
        figures.addMedian("ratioToCopy", Samples.of(ratios));
    }

    private void turns(Laboratory laboratory, List<Double> through, List<Double> bare) throws SQLException {
        try (var ingest = new MetricRounds(laboratory, series, rows)) {
            for (int round = 0; round <= rounds; round++) {
                double ours = ingest.throughTelemetry();
                double copy = ingest.byCopy();
                Reporting.say("round %d: %.0f rows/s through Telemetry, %.0f by COPY".formatted(round, ours, copy));
                if (round > 0) {
                    through.add(ours);
                    bare.add(copy);
                }
            }
        }
    }
}
