package dev.mainstay.agents.builtin;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/// Measures the machine this process runs on, every ten seconds, under the agent `performance_monitor`
/// with the label `node`.
///
/// This is a loop of the process and no agent, because an agent runs on one node and each node must be measured: an
/// agent per node would have to be placed there and nowhere else, and would wait for ever once its node is gone.
/// Thread-safe.
public final class HostMonitor implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final UUID organization;
    private final String node;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final HostProbe probe;
    private final Loop loop;

    private HostMonitor(Fleet fleet, HostProbe probe) {
        this.organization = fleet.organization();
        this.node = fleet.node().identity().id();
        this.telemetry = fleet.telemetry();
        this.clock = fleet.clock();
        this.probe = probe;
        this.loop = Loop.start("host-monitor", PERIOD, this::measure);
    }

    /// Begins to measure; of the disks the one that holds `folder`, usually the data folder.
    public static HostMonitor start(Fleet fleet, Path folder) {
        return new HostMonitor(fleet, HostProbe.of(folder));
    }

    private void measure() {
        Instant now = clock.instant();
        for (HostProbe.Figure figure : probe.read()) {
            telemetry.metric(new Metric(
                    organization,
                    BuiltinAgents.PERFORMANCE,
                    figure.name(),
                    Map.of("node", node),
                    figure.unit(),
                    now,
                    figure.value()));
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
