package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Claims while another session holds a snapshot, so that nothing that is deleted can be removed, next to the same
/// minute before. Used by one thread.
@Command(
        name = "task-held-snapshot",
        description = "How long a claim takes while another session holds an old snapshot.")
public final class HeldSnapshotBench implements Callable<Integer> {
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Option(names = "--minutes", defaultValue = "10", description = "the snapshot is held (${DEFAULT-VALUE})")
    private double minutes;

    @Option(names = "--baseline", defaultValue = "60", description = "seconds before it (${DEFAULT-VALUE})")
    private int baseline;

    @Option(names = "--rate", defaultValue = "500", description = "tasks a second (${DEFAULT-VALUE})")
    private int rate;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("ratio", Goal.atMost(3));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("task-held-snapshot", goals(), this::measure);
    }

    Measured measure() throws SQLException {
        try (var laboratory = Laboratory.open();
                var watch = new ClaimWatch(laboratory)) {
            watch.round(rate, SETTLING.compareTo(hold()) < 0 ? SETTLING : hold());
            ClaimWatch.Seen before = watch.round(rate, Duration.ofSeconds(baseline));
            say("without a snapshot", before);
            Duration last = hold().compareTo(MINUTE) < 0 ? hold().dividedBy(2) : MINUTE;
            try (Connection holder = laboratory.superuser()) {
                hold(holder);
                ClaimWatch.Seen held = watch.round(rate, hold().minus(last));
                say("while it was held", held);
                ClaimWatch.Seen end = watch.round(rate, last);
                say("at its end", end);
                holder.rollback();
                return new Measured(figures(before, held.and(end), end), laboratory.version());
            }
        }
    }

    private Duration hold() {
        return Duration.ofMillis(Math.round(minutes * MINUTE.toMillis()));
    }

    private static void hold(Connection holder) throws SQLException {
        holder.setAutoCommit(false);
        holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (var statement = holder.createStatement()) {
            statement.execute("SELECT count(*) FROM task_ready");
        }
    }

    private static void say(String when, ClaimWatch.Seen seen) {
        Samples claims = seen.claimMillis();
        Reporting.say("%s: %d claims, median %.2f ms, p99 %.2f ms; from enqueueing to start p99 %.2f ms"
                .formatted(
                        when,
                        claims.size(),
                        claims.median(),
                        claims.percentile(99),
                        seen.startMillis().percentile(99)));
    }

    private Figures figures(ClaimWatch.Seen before, ClaimWatch.Seen held, ClaimWatch.Seen end) {
        double seconds = hold().toMillis() / 1e3;
        double baselineP99 = before.claimMillis().percentile(99);
        double heldP99 = held.claimMillis().percentile(99);
        return new Figures()
                .add("baselineP99Ms", baselineP99)
                .add("heldP99Ms", heldP99)
                .add("ratio", heldP99 / baselineP99)
                .add("lastMinuteP99Ms", end.claimMillis().percentile(99))
                .add("baselineP50Ms", before.claimMillis().median())
                .add("heldP50Ms", held.claimMillis().median())
                .add("baselineStartP99Ms", before.startMillis().percentile(99))
                .add("heldStartP99Ms", held.startMillis().percentile(99))
                .add("claims", held.claimMillis().size())
                .add("startedPerSecond", held.startMillis().size() / seconds)
                .add("refused", (double) held.refused());
    }
}
