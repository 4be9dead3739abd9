package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How fast tasks ended before and after a restart of the database under load. Immutable.
///
/// @param perSecond tasks before it
/// @param secondsBack from when the database took connections again until a whole second in which nine tenths of that
///     ended began
record Flood(double perSecond, double secondsBack) {
    private static final int TASKS = 60_000;
    private static final int MILLIS = 40;
    private static final double NINE_TENTHS = 0.9;
    private static final Duration BEFORE = Duration.ofSeconds(8);
    private static final Duration AFTER = Duration.ofSeconds(14);
    /// Half a second each.
    private static final String RATES = """
            SELECT floor(extract(epoch FROM ended_at) * 2)::bigint, count(*) * 2
            FROM tasks
            JOIN task_lanes lane USING (organization_id, lane_id)
            WHERE lane.type = 'flood' AND ended_at IS NOT NULL
            GROUP BY 1
            """;

    private static final double NEVER = 3_600;

    static Flood through(Laboratory laboratory, Feeder feeder) throws SQLException {
        double began = now(laboratory);
        feeder.flood(TASKS, MILLIS);
        Threads.pause(BEFORE);
        double away = now(laboratory);
        laboratory.stopServer();
        laboratory.startServer();
        double back = now(laboratory);
        Threads.pause(AFTER);
        Flood flood = of(rates(laboratory), began, away, back);
        Reporting.say("%.0f tasks/s, again %.1f s after a restart".formatted(flood.perSecond, flood.secondsBack));
        return flood;
    }

    private static double now(Laboratory laboratory) {
        return laboratory.number("SELECT extract(epoch FROM clock_timestamp())");
    }

    private static Map<Long, Double> rates(Laboratory laboratory) throws SQLException {
        try (var connection = laboratory.superuser();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(RATES)) {
            Map<Long, Double> rates = new TreeMap<>();
            while (rows.next()) {
                rates.put(rows.getLong(1), rows.getDouble(2));
            }
            return rates;
        }
    }

    /// @param rates tasks a second in each half of a second
    static Flood of(Map<Long, Double> rates, double began, double away, double back) {
        List<Double> before = new ArrayList<>();
        for (long half = (long) Math.ceil(2 * (began + 3)); half < Math.floor(2 * away); half++) {
            before.add(rates.getOrDefault(half, 0.0));
        }
        double median = Samples.of(before).median();
        long first = (long) Math.ceil(2 * back);
        for (long half = first; half < first + 2 * AFTER.toSeconds(); half++) {
            double second = (rates.getOrDefault(half, 0.0) + rates.getOrDefault(half + 1, 0.0)) / 2;
            if (second >= NINE_TENTHS * median) {
                return new Flood(median, half / 2.0 - back);
            }
        }
        return new Flood(median, NEVER);
    }
}
