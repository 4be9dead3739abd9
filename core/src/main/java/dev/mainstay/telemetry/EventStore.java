package dev.mainstay.telemetry;

import static dev.mainstay.postgres.Columns.column;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Appends to `system_events`. Stateless.
final class EventStore {
    private static final String STORE = """
            INSERT INTO system_events (organization_id, at, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, at, type, severity, nullif(agent_id, ''), nullif(node_id, ''), cause,
                detail::jsonb
            FROM unnest(:organizations, :times, :types, :severities, :agents, :nodes, :causes, :details)
                AS event (organization_id, at, type, severity, agent_id, node_id, cause, detail)
            """;

    void store(Handle handle, List<ReadyEvent> ready) {
        List<Event> events = ready.stream().map(ReadyEvent::event).toList();
        handle.createUpdate(STORE)
                .bindArray("organizations", UUID.class, column(events, Event::organization))
                .bindArray("times", Instant.class, column(events, Event::at))
                .bindArray("types", String.class, column(events, Event::type))
                .bindArray(
                        "severities",
                        String.class,
                        column(events, event -> event.severity().word()))
                .bindArray("agents", String.class, column(events, event -> event.agent() == null ? "" : event.agent()))
                .bindArray("nodes", String.class, column(events, event -> event.node() == null ? "" : event.node()))
                .bindArray("causes", String.class, column(events, Event::cause))
                .bindArray(
                        "details",
                        String.class,
                        ready.stream().map(ReadyEvent::detail).toList())
                .execute();
    }
}
