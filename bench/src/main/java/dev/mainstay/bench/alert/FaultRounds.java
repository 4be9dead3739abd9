package dev.mainstay.bench.alert;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/// Agents fall silent, agents crash once too often and nodes are killed, one after the other; of each fault it is taken
/// how long it was until the webhook was told. Used by one thread.
final class FaultRounds {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final int LEAST_PAUSE = 300;
    private static final int MOST_PAUSE = 1_300;
    private static final int AGENTS = 50;

    private final Laboratory laboratory;
    private final Receiver receiver;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private int missed;

    FaultRounds(Laboratory laboratory, Receiver receiver) {
        this.laboratory = laboratory;
        this.receiver = receiver;
    }

    /// Each kind of fault so often, and the nodes `kills` times.
    void measure(int faults, int kills, Figures figures) {
        List<Double> silences = new ArrayList<>();
        List<Double> crashes = new ArrayList<>();
        AlertNodeOrder order = AlertNodeOrder.of(laboratory, "steady-node", AGENTS, faults, receiver, Duration.ZERO);
        try (NodeProcess node = start(order);
                OutsideCrowd crowd = new OutsideCrowd(laboratory.database(), "outside", faults)) {
            Threads.pause(SETTLE);
            for (int number = 0; number < faults; number++) {
                pause();
                long since = receiver.nanos();
                crowd.silence(number);
                take("silence", silences, receiver.secondsUntil(crowd.id(number), since, BOUND));
                pause();
                since = receiver.nanos();
                node.ask(order.fragile(number));
                take("crash", crashes, receiver.secondsUntil(order.fragile(number), since, BOUND));
            }
            List<Double> deaths = kill(kills);
            List<Double> all = new ArrayList<>(silences);
            all.addAll(crashes);
            all.addAll(deaths);
            figures.add("faults", all.size() + missed)
                    .add("untold", missed)
                    .add("p99Seconds", Samples.of(all).percentile(99))
                    .add("medianSeconds", Samples.of(all).median());
            figures.add("silenceMaxSeconds", Samples.of(silences).max())
                    .add("crashMaxSeconds", Samples.of(crashes).max())
                    .add("nodeKillMaxSeconds", Samples.of(deaths).max());
        }
    }

    private static NodeProcess start(AlertNodeOrder order) {
        return NodeProcess.start(JavaProgram.command(AlertNode.class.getName()), order.node(), order);
    }

    private void pause() {
        Threads.pause(Duration.ofMillis(random.nextInt(LEAST_PAUSE, MOST_PAUSE)));
    }

    private void take(String what, List<Double> seconds, OptionalDouble taken) {
        taken.ifPresentOrElse(seconds::add, () -> missed++);
        Reporting.say("%s: %s"
                .formatted(
                        what,
                        taken.isPresent() ? "told after %.2f s".formatted(taken.getAsDouble()) : "nobody was told"));
    }

    /// A node of a new name each time, so that none is taken for the return of another.
    private List<Double> kill(int times) {
        List<Double> seconds = new ArrayList<>();
        for (int number = 0; number < times; number++) {
            AlertNodeOrder order = AlertNodeOrder.of(laboratory, "victim-" + number, 10, 0, receiver, Duration.ZERO);
            try (NodeProcess victim = start(order)) {
                Threads.pause(Duration.ofSeconds(5));
                pause();
                long since = receiver.nanos();
                victim.kill();
                take("node kill", seconds, receiver.secondsUntil(order.node(), since, BOUND));
            }
        }
        return seconds;
    }
}
