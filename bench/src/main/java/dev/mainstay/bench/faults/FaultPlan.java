package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// How much of everything. Immutable and thread-safe.
///
/// @param chosen classes; empty for all
/// @param faults of single agents; `strikes` of each kind that befalls a node or the database
record FaultPlan(
        List<FaultKind> chosen,
        int faults,
        int strikes,
        int agents,
        int controls,
        int nodes,
        Duration interval,
        int atOnce) {
    private static final Duration LOOK = Duration.ofMillis(500);
    /// How long a tick usually takes must be known, too: of ten ticks and more.
    private static final int WARM_UP_TICKS = 30;

    private static final double PATIENCE_SECONDS = 180;

    Figures run(Laboratory laboratory, RandomGenerator random) throws SQLException {
        double seconds = interval.toMillis() / 1e3;
        new FaultHistory(laboratory, agents, controls, interval).store();
        try (var tables = new FaultTables(laboratory);
                var crew = new FaultCrew(laboratory, agents, controls, interval)) {
            for (int number = 0; number < nodes; number++) {
                crew.add();
            }
            awaitAll(tables);
            Threads.pause(interval.multipliedBy(WARM_UP_TICKS));
            List<FaultKind> single = FaultKind.of(chosen, FaultKind.Place.AGENT);
            List<FaultKind> many = FaultKind.of(chosen, FaultKind.Place.FLEET);
            if (!single.isEmpty()) {
                new Campaign(tables, new Injection(laboratory, tables), random, seconds, agents, atOnce)
                        .run(single, faults);
            }
            new FleetStrikes(laboratory, tables, crew, random).run(many, strikes);
            Threads.pause(interval.multipliedBy(5));
            return new FaultFigures(tables, seconds, agents + controls)
                    .figures(Stream.concat(single.stream(), many.stream()).toList());
        }
    }

    private void awaitAll(FaultTables tables) throws SQLException {
        var watch = Stopwatch.start();
        Double active = 0.0;
        while (active == null || active < agents + controls) {
            if (watch.seconds() > PATIENCE_SECONDS) {
                throw new IllegalStateException("only " + active + " agents are active");
            }
            Threads.pause(LOOK);
            active = tables.number("SELECT count(*) FROM agents WHERE state = 'active' AND source = 'plugin'");
        }
        Reporting.say("%.0f agents are active after %.0f s".formatted(active, watch.seconds()));
    }
}
