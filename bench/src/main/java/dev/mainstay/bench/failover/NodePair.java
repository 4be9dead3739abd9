package dev.mainstay.bench.failover;

import dev.mainstay.bench.failover.Ledger.Held;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Two nodes, one of which is killed and replaced. Used by one thread.
final class NodePair implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMillis(20);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final int BEAT_MILLIS = 1_000;

    private final NodeOrder order;
    private final Ledger ledger;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private NodeProcess owner;
    private NodeProcess other;
    private int started;

    NodePair(NodeOrder order, Ledger ledger) throws SQLException {
        this.order = order;
        this.ledger = ledger;
        this.owner = startNode();
        this.other = startNode();
        awaitTicks();
    }

    /// A name of its own, so that no node is taken for the return of a killed one.
    private NodeProcess startNode() {
        started++;
        return NodeProcess.start(order.on("node-" + started));
    }

    private void awaitTicks() throws SQLException {
        var watch = Stopwatch.start();
        while (ledger.takenFrom("", Instant.EPOCH).size() < order.agents()) {
            requireWithin(watch, "not all agents have ticked");
        }
    }

    /// Seconds from each kill until every agent of the killed node had ticked on the other.
    List<Double> killRepeatedly(int kills) throws SQLException {
        List<Double> seconds = new ArrayList<>();
        for (int kill = 1; kill <= kills; kill++) {
            // A kill falls anywhere between two beats of the node.
            Threads.pause(SETTLE.plusMillis(random.nextInt(BEAT_MILLIS)));
            seconds.add(killAndReplace(kill));
        }
        return seconds;
    }

    private double killAndReplace(int kill) throws SQLException {
        if (ledger.heldBy(other.node()).agents().size()
                > ledger.heldBy(owner.node()).agents().size()) {
            NodeProcess most = other;
            other = owner;
            owner = most;
        }
        Held held = ledger.heldBy(owner.node());
        owner.close();
        double seconds = awaitTakeOver(held, owner.node());
        Reporting.say("kill %d: %d agents of %s ticked elsewhere after %.2f s"
                .formatted(kill, held.agents().size(), owner.node(), seconds));
        owner = other;
        other = startNode();
        return seconds;
    }

    private double awaitTakeOver(Held held, String victim) throws SQLException {
        var watch = Stopwatch.start();
        Map<String, Instant> taken = ledger.takenFrom(victim, held.at());
        while (!taken.keySet().containsAll(held.agents())) {
            requireWithin(watch, "agents of the killed " + victim + " do not tick");
            taken = ledger.takenFrom(victim, held.at());
        }
        Instant last =
                held.agents().stream().map(taken::get).max(Instant::compareTo).orElse(held.at());
        return Duration.between(held.at(), last).toMillis() / 1e3;
    }

    private static void requireWithin(Stopwatch watch, String otherwise) {
        if (watch.seconds() > BOUND.toSeconds()) {
            throw new IllegalStateException(otherwise + " after " + BOUND);
        }
        Threads.pause(PATIENCE);
    }

    @Override
    public void close() {
        owner.close();
        other.close();
    }
}
