package dev.mainstay.bench.failover;

import dev.mainstay.bench.failover.Ledger.Held;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Two nodes, one of which is struck and comes back or is replaced. Used by one thread.
final class NodePair implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMillis(20);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    /// A freeze or a cut lasts longer than the lease, so that what the struck node does all that time is seen.
    private static final Duration LONGER_THAN_LEASE = Duration.ofSeconds(11);
    private static final int BEAT_MILLIS = 1_000;

    private final NodeOrder order;
    private final Ledger ledger;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private Member owner;
    private Member other;
    private int started;

    NodePair(NodeOrder order, Ledger ledger) throws SQLException {
        this.order = order;
        this.ledger = ledger;
        this.owner = startNode();
        this.other = startNode();
        awaitTicks();
    }

    /// A name of its own, so that no node is taken for the return of a killed one.
    private Member startNode() {
        started++;
        return Member.start(order.on(order.node() + "-" + started));
    }

    private void awaitTicks() throws SQLException {
        var watch = Stopwatch.start();
        while (ledger.takenFrom("", Instant.EPOCH).size() < order.agents()) {
            requireWithin(watch, "not all agents have ticked");
        }
    }

    /// Strikes `times`, with each of `blows` in turn; seconds from each until every agent of the struck node had ticked
    /// on the other.
    List<Double> strike(int times, Blow... blows) throws SQLException {
        List<Double> seconds = new ArrayList<>();
        for (int number = 0; number < times; number++) {
            // A blow falls anywhere between two beats of the node.
            Threads.pause(SETTLE.plusMillis(random.nextInt(BEAT_MILLIS)));
            seconds.add(strikeOnce(number + 1, blows[number % blows.length]));
        }
        // What a node does that comes back is looked at too.
        Threads.pause(SETTLE);
        return seconds;
    }

    private double strikeOnce(int number, Blow blow) throws SQLException {
        var watch = Stopwatch.start();
        Held held = strike(blow);
        double taken = awaitTakeOver(held, owner.node());
        Reporting.say("%s %d: %d agents of %s ticked elsewhere after %.2f s"
                .formatted(word(blow), number, held.agents().size(), owner.node(), taken));
        bringBack(blow, watch, held.at());
        return taken;
    }

    private static String word(Blow blow) {
        return blow.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private Held strike(Blow blow) throws SQLException {
        if (ledger.heldBy(other.node()).agents().size()
                > ledger.heldBy(owner.node()).agents().size()) {
            Member most = other;
            other = owner;
            owner = most;
        }
        Held held = ledger.heldBy(owner.node());
        blow.strike(owner);
        return held;
    }

    private double awaitTakeOver(Held held, String victim) throws SQLException {
        var watch = Stopwatch.start();
        Map<String, Instant> taken = ledger.takenFrom(victim, held.at());
        while (!taken.keySet().containsAll(held.agents())) {
            requireWithin(watch, "agents of the struck " + victim + " do not tick");
            taken = ledger.takenFrom(victim, held.at());
        }
        Instant last =
                held.agents().stream().map(taken::get).max(Instant::compareTo).orElse(held.at());
        return Duration.between(held.at(), last).toMillis() / 1e3;
    }

    /// Afterwards there are two nodes again.
    private void bringBack(Blow blow, Stopwatch sinceBlow, Instant struckAt) throws SQLException {
        Member struck = owner;
        owner = other;
        if (blow.isDeadly()) {
            struck.close();
            other = startNode();
            return;
        }
        other = struck;
        Threads.pause(LONGER_THAN_LEASE.minusMillis(Math.round(sinceBlow.millis())));
        blow.end(struck);
        var watch = Stopwatch.start();
        while (!ledger.hasJoined(struck.node(), struckAt)) {
            requireWithin(watch, struck.node() + " does not join again");
        }
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
