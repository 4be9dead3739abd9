package dev.mainstay.bench.alert;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Nothing is wrong with any agent, and the database is restarted now and then: nobody should be told of anything. Used
/// by one thread.
final class SteadyRun {
    private static final int LEAST_AWAY = 1_000;
    private static final int MOST_AWAY = 15_000;
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final int OUTSIDE = 20;

    private final Laboratory laboratory;
    private final Receiver receiver;
    private final RandomGenerator random = RandomGenerator.getDefault();

    SteadyRun(Laboratory laboratory, Receiver receiver) {
        this.laboratory = laboratory;
        this.receiver = receiver;
    }

    /// @param agents on one node; some outside of it beat too
    void measure(Duration length, int restarts, int agents, Figures figures) {
        AlertNodeOrder order = AlertNodeOrder.of(laboratory, "calm-node", agents, 0, receiver, Duration.ZERO);
        try (NodeProcess _ = NodeProcess.start(JavaProgram.command(AlertNode.class.getName()), order.node(), order);
                OutsideCrowd _ = new OutsideCrowd(laboratory.database(), "calm", OUTSIDE)) {
            Threads.pause(SETTLE);
            long before = (long) laboratory.number("SELECT coalesce(max(id), 0) FROM system_events");
            Duration between = length.dividedBy(restarts + 1L);
            for (int number = 0; number < restarts; number++) {
                Threads.pause(between);
                restart(number + 1);
            }
            Threads.pause(between);
            figures.add("steadyMinutes", length.toSeconds() / 60.0)
                    .add("restarts", restarts)
                    .add("watchedAgents", agents + OUTSIDE)
                    .add("falseAlerts", falseAlerts(before));
        }
    }

    /// @param after the newest event of before
    private double falseAlerts(long after) {
        List<String> fired = laboratory
                .database()
                .read(handle -> handle.createQuery("""
                                SELECT concat_ws(' ', detail ->> 'rule', agent_id, node_id, at)
                                FROM system_events
                                WHERE type = 'alert.fired' AND id > :after AND detail ->> 'rule' IN
                                    ('heartbeat-missed', 'work-stalled', 'node-lost', 'agent-quarantined')
                                ORDER BY at
                                """)
                        .bind("after", after)
                        .mapTo(String.class)
                        .list());
        fired.forEach(alert -> Reporting.say("not so: " + alert));
        return fired.size();
    }

    private void restart(int number) {
        int away = random.nextInt(LEAST_AWAY, MOST_AWAY);
        if (number % 2 == 0) {
            laboratory.killServer();
        } else {
            laboratory.stopServer();
        }
        Threads.pause(Duration.ofMillis(away));
        laboratory.startServer();
        Reporting.say("restart %d: the database was away for %.1f s".formatted(number, away / 1e3));
    }
}
