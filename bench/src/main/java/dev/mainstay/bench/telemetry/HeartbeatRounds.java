package dev.mainstay.bench.telemetry;

import dev.mainstay.AgentRef;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.AgentPhase;
import dev.mainstay.telemetry.Heartbeat;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.telemetry.TickCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One heartbeat of every agent, again and again, each time until it is stored: the guarded update of the leases, the
/// history, and the commit. Used by one thread.
final class HeartbeatRounds {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final long FENCE = 1;
    private static final int WARM_UP = 10;
    private static final TickCounts ONE_TICK = new TickCounts(1, 0, 1, 0.4, 0.4, 2.5, 0, 0);

    private final Laboratory laboratory;
    private final int agents;

    HeartbeatRounds(Laboratory laboratory, int agents) {
        this.laboratory = laboratory;
        this.agents = agents;
    }

    /// What storing took.
    ///
    /// @param millis from the wish to have all stored to the answer
    /// @param postgresMillis processor time of the database server for one round; other programs do not lengthen it
    record Stored(Samples millis, double postgresMillis) {}

    Stored run(int rounds) {
        declare();
        List<Double> millis = new ArrayList<>();
        try (var telemetry = Telemetry.start(laboratory.database())) {
            Duration before = Duration.ZERO;
            for (int round = 1; round <= WARM_UP + rounds; round++) {
                beat(telemetry, round, laboratory.database().now());
                if (round == WARM_UP + 1) {
                    before = laboratory.cpu().used();
                }
                var watch = Stopwatch.start();
                telemetry.awaitStored(BOUND);
                if (round > WARM_UP) {
                    millis.add(watch.millis());
                }
            }
            Duration used = laboratory.cpu().used().minus(before);
            requireStored(WARM_UP + rounds);
            return new Stored(Samples.of(millis), (double) used.toMillis() / rounds);
        }
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

    private void beat(Telemetry telemetry, int round, Instant at) {
        for (int number = 1; number <= agents; number++) {
            var agent = new AgentRef(Organizations.DEFAULT, "beating-" + number);
            telemetry.heartbeat(new Heartbeat(agent, FENCE, round, at, AgentPhase.HEARTBEATING, ONE_TICK, null));
        }
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
