package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The nodes of a campaign, each a process. Used by one thread.
final class FaultCrew implements AutoCloseable {
    private static final List<String> SMALL =
            List.of("-Xmx256m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Laboratory laboratory;
    private final FaultOrder order;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private int started;

    FaultCrew(Laboratory laboratory, int agents, int controls, Duration interval) {
        this.laboratory = laboratory;
        this.order = FaultOrder.of(laboratory, "", agents, controls, interval);
    }

    /// Starts one more under a name of its own.
    void add() {
        started++;
        String name = "node-" + started;
        List<String> command =
                JavaProgram.command(SMALL, System.getProperty("java.class.path"), FaultNodeMain.class.getName());
        nodes.add(NodeProcess.start(
                command, name, FaultOrder.of(laboratory, name, order.agents(), order.controls(), order.interval())));
    }

    NodeProcess any(RandomGenerator random) {
        return nodes.get(random.nextInt(nodes.size()));
    }

    NodeProcess named(String name) {
        return nodes.stream()
                .filter(node -> node.node().equals(name))
                .findFirst()
                .orElseThrow();
    }

    void kill(NodeProcess node) {
        node.close();
        nodes.remove(node);
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
    }
}
