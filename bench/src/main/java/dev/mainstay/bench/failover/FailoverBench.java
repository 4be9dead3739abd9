package dev.mainstay.bench.failover;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Two nodes on one database; the one with most agents is killed, again and again. Used by one thread.
@Command(name = "failover", description = "How long until another node runs the agents of a killed one.")
public final class FailoverBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--kills", defaultValue = "50", description = "how often (${DEFAULT-VALUE})")
    private int kills;

    @Option(names = "--agents", defaultValue = "200", description = "on both nodes together (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--interval", description = "between two ticks (${DEFAULT-VALUE})")
    private Duration interval = Duration.ofMillis(250);

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("p99Seconds", Goal.atMost(3));
        goals.put("doubleOwners", Goal.atMost(0));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("failover", GOALS, this::measure);
    }

    private Measured measure() throws SQLException {
        try (var laboratory = Laboratory.open();
                var ledger = new Ledger(laboratory)) {
            var order = NodeOrder.idle(laboratory, "node-1", agents, interval, Duration.ofSeconds(1))
                    .withLedger();
            Samples seconds;
            try (var pair = new NodePair(order, ledger)) {
                seconds = Samples.of(pair.killRepeatedly(kills));
            }
            return new Measured(figures(seconds, ledger.all()), laboratory.version());
        }
    }

    private Figures figures(Samples seconds, List<LedgerEntry> entries) {
        List<LedgerEntry> wrong = LedgerCheck.doubleOwners(entries);
        if (!wrong.isEmpty()) {
            Reporting.say("ticks of a second owner:\n" + LedgerCheck.describe(wrong));
        }
        return new Figures()
                .add("kills", kills)
                .add("p99Seconds", seconds.percentile(99))
                .add("maxSeconds", seconds.max())
                .add("medianSeconds", seconds.median())
                .add("minSeconds", seconds.min())
                .add("doubleOwners", wrong.size())
                .add("ticksChecked", entries.size());
    }
}
