package dev.mainstay.bench.alert;

import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.DesiredState;
import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.agent.OutsideRegistration;
import dev.mainstay.agent.OutsideReport;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.AgentPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Agents outside of any node that beat every second, each at a phase of its own, until they are
/// stopped. Used by one thread.
final class OutsideCrowd implements AutoCloseable {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final OutsideReport.Counts TICKED = new OutsideReport.Counts(1, 0, 1, 1, 1);

    private final List<Loop> beating = new ArrayList<>();
    private final String name;

    OutsideCrowd(Database database, String name, int agents) {
        this.name = name;
        OutsideAgents outside = new OutsideAgents(database);
        for (int number = 0; number < agents; number++) {
            beating.add(start(outside, id(number)));
        }
    }

    String id(int number) {
        return name + "-" + number;
    }

    private static Loop start(OutsideAgents outside, String id) {
        var given = outside.register(
                Organizations.DEFAULT,
                new OutsideRegistration(
                        id,
                        "bench",
                        AgentCategory.OPERATIONAL,
                        "",
                        List.of(),
                        List.of(),
                        null,
                        SECOND,
                        SECOND,
                        "bench",
                        true));
        return Loop.start("beat-" + id, SECOND, () -> outside.report(Organizations.DEFAULT, id, report(given)));
    }

    private static OutsideReport report(OutsideAgents.Registered given) {
        return new OutsideReport(
                given.fence(),
                given.token(),
                null,
                null,
                DesiredState.RUNNING,
                AgentPhase.WORKING,
                TICKED,
                null,
                List.of(),
                List.of());
    }

    /// From now on it says nothing.
    void silence(int number) {
        beating.get(number).close();
    }

    @Override
    public void close() {
        beating.forEach(Loop::close);
    }
}
