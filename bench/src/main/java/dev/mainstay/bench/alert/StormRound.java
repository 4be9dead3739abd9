package dev.mainstay.bench.alert;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;

/// Ten thousand agents have the same trouble within some seconds. Used by one thread.
final class StormRound {
    private static final int WAVES = 10;
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Duration BOUND = Duration.ofMinutes(3);
    /// A tenth of what is usual: the longer the pause, the fewer notifications.
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final Laboratory laboratory;
    private final Receiver receiver;

    StormRound(Laboratory laboratory, Receiver receiver) {
        this.laboratory = laboratory;
        this.receiver = receiver;
    }

    void measure(int alerts, Figures figures) {
        AlertNodeOrder order = AlertNodeOrder.of(laboratory, "storm-node", 10, 0, receiver, PAUSE);
        try (NodeProcess _ = start(order)) {
            Threads.pause(Duration.ofSeconds(5));
            long since = receiver.nanos();
            int wave = alerts / WAVES;
            for (int number = 0; number < WAVES; number++) {
                laboratory.execute(wave(number * wave, (number + 1) * wave - 1));
                Threads.pause(BETWEEN);
            }
            awaitTold(wave * WAVES);
            var told = receiver.firing("storm");
            figures.add("stormAlerts", laboratory.number("SELECT count(*) FROM alerts WHERE rule = 'storm'"))
                    .add("notificationsPerStorm", told.size())
                    .add("stormFirstSeconds", (told.getFirst().nanos() - since) / 1e9);
        }
    }

    private static String wave(int from, int to) {
        return """
                INSERT INTO system_events (organization_id, type, severity, agent_id, cause)
                SELECT '00000000-0000-0000-0000-000000000001', '%s', 'critical', 'storm-' || number, 'the shop is away'
                FROM generate_series(%d, %d) AS number
                """.formatted(AlertNode.STORM, from, to);
    }

    private static NodeProcess start(AlertNodeOrder order) {
        return NodeProcess.start(JavaProgram.command(AlertNode.class.getName()), order.node(), order);
    }

    private void awaitTold(int alerts) {
        var watch = Stopwatch.start();
        while (told() < alerts) {
            if (watch.seconds() > BOUND.toSeconds()) {
                throw new IllegalStateException(
                        "of " + alerts + " alerts only " + told() + " were told within " + BOUND);
            }
            Threads.pause(Duration.ofMillis(100));
        }
        Reporting.say("%d alerts came in %d notifications"
                .formatted(alerts, receiver.firing("storm").size()));
    }

    private int told() {
        return receiver.firing("storm").stream().mapToInt(Receiver.Told::total).sum();
    }
}
