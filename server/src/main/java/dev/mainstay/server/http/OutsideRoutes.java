package dev.mainstay.server.http;

import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.agent.OutsideRegistration;
import dev.mainstay.agent.OutsideReport;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.stream.FleetWatches;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Agents in any language: they register, and report with calls that may carry heartbeat, metrics and events.
/// Thread-safe.
final class OutsideRoutes {
    private final OutsideAgents agents;
    private final FleetWatches watches;
    private final ReportReader reports;

    OutsideRoutes(OutsideAgents agents, FleetWatches watches, ReportReader reports) {
        this.agents = agents;
        this.watches = watches;
        this.reports = reports;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/api/v1/agents", Access.AGENT, this::register),
                Route.post("/api/v1/agents/{id}/heartbeat", Access.AGENT, this::report));
    }

    private record Given(String command, String reason) {
        static List<Given> of(List<OutsideAgents.Given> commands) {
            return commands.stream()
                    .map(given -> new Given(given.command().word(), given.reason()))
                    .toList();
        }
    }

    private record Registered(
            String agent,
            long fence,
            UUID leaseToken,
            String heartbeatInterval,
            String leaseDuration,
            List<Given> commands) {}

    private Answer register(Request request) {
        OutsideRegistration asked = request.body(fields -> registration(request, fields));
        OutsideAgents.Registered made = agents.register(request.organization(), asked);
        watches.of(request.organization()).changed();
        return Answer.json(
                made.created() ? 201 : 200,
                new Registered(
                        asked.id(),
                        made.fence(),
                        made.token(),
                        asked.heartbeat().toString(),
                        made.lease().toString(),
                        Given.of(made.commands())));
    }

    private static OutsideRegistration registration(Request request, Fields fields) {
        return new OutsideRegistration(
                fields.matching("id", ReportReader.ID),
                fields.matching("kind", ReportReader.ID, "outside"),
                fields.oneOf("category", AgentCategory.values(), Enum::name, AgentCategory.OPERATIONAL),
                fields.text("description", 1_000, ""),
                fields.texts("capabilities", 50, 100),
                fields.texts("dataSources", 50, 200),
                fields.optionalText("group", 100),
                fields.duration("interval", Duration.ofSeconds(1), Duration.ofDays(1), Duration.ofMinutes(1)),
                fields.duration(
                        "heartbeatInterval", Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(10)),
                request.caller().key(),
                request.caller().role() != Role.AGENT);
    }

    private record Reported(Instant at, String desired, List<Given> commands) {}

    private Answer report(Request request) {
        OutsideReport report = request.body(reports::read);
        OutsideAgents.Reported stored = agents.report(request.organization(), request.path("id"), report);
        return Answer.json(new Reported(stored.at(), stored.desired().word(), Given.of(stored.commands())));
    }
}
