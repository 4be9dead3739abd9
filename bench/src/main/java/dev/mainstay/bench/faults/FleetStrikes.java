package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Faults that befall many agents at once, one after the other: they are over when every agent beats again. Healing has
/// nothing to do in them but to leave the agents alone. Used by one thread.
final class FleetStrikes {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration SETTLE = Duration.ofSeconds(12);
    private static final double PATIENCE_SECONDS = 60;
    private static final double DETECTION_SECONDS = 20;
    private static final Duration LONGER_THAN_LEASE = Duration.ofSeconds(13);
    private static final String DETECTED = """
            SELECT extract(epoch FROM min(event.at) - fault.began_at)
            FROM bench_faults fault
            LEFT JOIN system_events event ON event.at >= fault.began_at
                AND (event.type = 'node.lost' AND event.node_id = fault.agent
                    OR event.type = 'monitor.gap' AND fault.kind = 'database-restart')
            WHERE fault.fault = ?
            GROUP BY fault.began_at
            """;
    /// Agents that nobody has run since; those that a frozen node still holds have no newer heartbeat.
    private static final String AWAY = """
            SELECT count(*)
            FROM agents agent
            JOIN agent_leases lease USING (organization_id)
            JOIN bench_faults fault ON fault.fault = ?
            WHERE lease.agent_id = agent.id AND agent.source = 'plugin'
                AND (agent.state <> 'active' OR lease.beat_at < greatest(fault.began_at + interval '3 seconds',
                    clock_timestamp() - interval '5 seconds'))
            """;

    private final Laboratory laboratory;
    private final FaultTables tables;
    private final FaultCrew crew;
    private final RandomGenerator random;

    FleetStrikes(Laboratory laboratory, FaultTables tables, FaultCrew crew, RandomGenerator random) {
        this.laboratory = laboratory;
        this.tables = tables;
        this.crew = crew;
        this.random = random;
    }

    void run(List<FaultKind> kinds, int each) throws SQLException {
        for (int number = 1; number <= each; number++) {
            for (FaultKind kind : kinds) {
                Threads.pause(SETTLE.plusMillis(random.nextInt(2_000)));
                strike(kind);
                Reporting.say("%s, %d of %d".formatted(kind.word(), number, each));
            }
        }
    }

    private void strike(FaultKind kind) throws SQLException {
        NodeProcess node = crew.any(random);
        String victim = kind == FaultKind.DATABASE_RESTART ? "database" : node.node();
        long fault = tables.inject(victim, kind, true);
        switch (kind) {
            case NODE_KILL -> crew.kill(node);
            case NODE_FREEZE -> node.freeze();
            default -> {
                laboratory.stopServer();
                Threads.pause(Duration.ofMillis(3_000 + random.nextInt(3_000)));
                laboratory.startServer();
                tables.reconnect(laboratory);
            }
        }
        var watch = Stopwatch.start();
        Double healing = awaitAll(fault);
        if (kind == FaultKind.NODE_FREEZE) {
            Threads.pause(LONGER_THAN_LEASE.minusMillis(Math.round(watch.millis())));
            node.thaw();
        } else if (kind == FaultKind.NODE_KILL) {
            crew.add();
        }
        Double delay = awaitDetected(fault);
        tables.end(fault, delay, kind == FaultKind.DATABASE_RESTART ? "monitor.gap" : "node.lost", healing, "all beat");
    }

    /// That the database was away may be told a moment after everybody beats again.
    private @Nullable Double awaitDetected(long fault) throws SQLException {
        var watch = Stopwatch.start();
        Double delay = tables.number(DETECTED, fault);
        while (delay == null && watch.seconds() < DETECTION_SECONDS) {
            Threads.pause(LOOK);
            delay = tables.number(DETECTED, fault);
        }
        return delay;
    }

    private @Nullable Double awaitAll(long fault) throws SQLException {
        var watch = Stopwatch.start();
        while (!Double.valueOf(0).equals(tables.number(AWAY, fault))) {
            if (watch.seconds() > PATIENCE_SECONDS) {
                return null;
            }
            Threads.pause(LOOK);
        }
        return tables.number(
                "SELECT extract(epoch FROM clock_timestamp() - began_at) FROM bench_faults WHERE fault = ?", fault);
    }
}
