package dev.mainstay.bench.telemetry;

import dev.mainstay.AgentRef;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.telemetry.AgentPhase;
import dev.mainstay.telemetry.Heartbeat;
import dev.mainstay.telemetry.HeartbeatHistory;
import dev.mainstay.telemetry.NewestHeartbeats;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.telemetry.TickCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// One heartbeat of every agent, again and again: the newest on its lease, the row of history, and both as a flush does
/// it, each with its commit. Used by one thread.
final class HeartbeatRounds {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final long FENCE = 1;
    private static final int WARM_UP = 10;
    private static final TickCounts ONE_TICK = new TickCounts(1, 0, 1, 0.4, 0.4, 2.5, 0, 0, 0);

    private final Laboratory laboratory;
    private final int agents;
    private final Instant begin;
    private int round;

    HeartbeatRounds(Laboratory laboratory, int agents) {
        this.laboratory = laboratory;
        this.agents = agents;
        this.begin = laboratory.database().now();
    }

    void run(int rounds, Figures figures) {
        declare();
        new Partitions(laboratory.database()).maintain(Retention.DEFAULT);
        var newest = new NewestHeartbeats();
        var history = new HeartbeatHistory();
        time(
                figures,
                "heartbeat",
                rounds,
                beats -> {},
                beats -> laboratory.database().write(handle -> newest.store(handle, beats)));
        time(
                figures,
                "heartbeatHistory",
                rounds,
                beats -> {},
                beats -> laboratory.database().write(handle -> {
                    history.append(handle, beats);
                    return beats;
                }));
        try (var telemetry = Telemetry.start(laboratory.database())) {
            time(
                    figures,
                    "heartbeatFlush",
                    rounds,
                    beats -> beats.forEach(telemetry::heartbeat),
                    beats -> telemetry.awaitStored(BOUND));
        }
        requireStored(2L * (WARM_UP + rounds));
    }

    private void declare() {
        laboratory.execute(
                """
                INSERT INTO agents (organization_id, id, kind, category, source, state)
                SELECT '%s', 'beating-' || number, 'bench', 'OPERATIONAL', 'code', 'active'
                FROM generate_series(1, %d) AS number
                """.formatted(Organizations.DEFAULT, agents), """
                INSERT INTO agent_leases (organization_id, agent_id, fence)
                SELECT organization_id, id, %d
                FROM agents
                """.formatted(FENCE), "ANALYZE agents, agent_leases");
    }

    /// What `store` takes, and what the server's processors do for it; other programs lengthen only the first. A round
    /// stands for a second.
    private void time(
            Figures figures,
            String name,
            int rounds,
            Consumer<List<Heartbeat>> ahead,
            Consumer<List<Heartbeat>> store) {
        List<Double> millis = new ArrayList<>();
        Duration before = Duration.ZERO;
        for (int i = 0; i < WARM_UP + rounds; i++) {
            List<Heartbeat> beats = beats();
            ahead.accept(beats);
            if (i == WARM_UP) {
                before = laboratory.cpu().used();
            }
            var watch = Stopwatch.start();
            store.accept(beats);
            if (i >= WARM_UP) {
                millis.add(watch.millis());
            }
        }
        Duration used = laboratory.cpu().used().minus(before);
        figures.addMedian(name + "10kMs", Samples.of(millis))
                .add(name + "10kPostgresMs", (double) used.toMillis() / rounds);
    }

    private List<Heartbeat> beats() {
        round++;
        return IntStream.rangeClosed(1, agents)
                .mapToObj(number -> new Heartbeat(
                        new AgentRef(Organizations.DEFAULT, "beating-" + number),
                        FENCE,
                        round,
                        begin.plusSeconds(round),
                        AgentPhase.HEARTBEATING,
                        ONE_TICK,
                        null))
                .toList();
    }

    private void requireStored(long rounds) {
        double history = laboratory.number("SELECT count(*) FROM agent_heartbeats");
        double newest = laboratory.number("SELECT min(ticks) FROM agent_leases");
        if (history != rounds * agents || newest != rounds) {
            throw new IllegalStateException(
                    "%d heartbeats of %d agents were sent; stored are %.0f, and %.0f of some agent"
                            .formatted(rounds, agents, history, newest));
        }
    }
}
