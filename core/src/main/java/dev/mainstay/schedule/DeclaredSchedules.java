package dev.mainstay.schedule;

import dev.mainstay.postgres.Database;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Schedules that code and settings declare: the same after every start, whatever was there before. What is due stays
/// due while its moments are the same, so that a fire missed between two starts is found; what is paused stays paused.
///
/// One that stood there and stands there no longer fires no more, and is kept with its history until a person deletes
/// it. Who declared a schedule last stands in its row, so that two nodes with different files leave each other's
/// alone, and with the same file a schedule goes when the last of them has started anew. Thread-safe.
public final class DeclaredSchedules {
    private static final String RETIRE = """
            WITH retired AS (
                UPDATE schedules
                SET undeclared = true, next_at = NULL, version = version + 1, updated_at = clock_timestamp()
                WHERE organization_id = :organization
                    AND source IN ('code', 'file')
                    AND declared_by = :node
                    AND NOT undeclared
                    AND name <> ALL (:declared)
                RETURNING organization_id, name)
            INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
            SELECT organization_id, 'schedule.undeclared', 'info', :node, :reason,
                jsonb_build_object('schedule', name, 'actor', 'node:' || :node)
            FROM retired
            """;

    private final Database database;
    private final UUID organization;
    private final ScheduleStore store;
    private final String node;

    public DeclaredSchedules(Database database, UUID organization, String node) {
        this.database = database;
        this.organization = organization;
        this.store = new ScheduleStore(organization);
        this.node = node;
    }

    /// Makes the schedules of this node those that are declared.
    ///
    /// @param declared all that code and settings of this node declare, by name
    public void declare(Map<String, Declaration> declared) {
        database.write(handle -> {
            declared.values().forEach(each -> declare(handle, each));
            return retire(handle, declared.keySet());
        });
    }

    /// What is declared where.
    ///
    /// @param source code or file
    public record Declaration(NewSchedule plan, ScheduleSource source) {}

    private void declare(Handle handle, Declaration declared) {
        NewSchedule plan = declared.plan();
        Optional<Schedule> former = store.locked(handle, plan.name());
        if (former.filter(there -> isSame(there, declared)).isPresent()) {
            return;
        }
        Instant next = next(handle, former.orElse(null), plan);
        if (former.isEmpty()) {
            store.insert(handle, plan, declared.source(), node, next);
            tell(handle, "schedule.created", plan);
        } else {
            store.update(handle, plan, declared.source(), node, next);
            if (former.get().undeclared() || !plan.equals(former.get().plan())) {
                tell(handle, "schedule.updated", plan);
            }
        }
    }

    private boolean isSame(Schedule there, Declaration declared) {
        return !there.undeclared()
                && there.source() == declared.source()
                && node.equals(there.declaredBy())
                && there.plan().equals(declared.plan());
    }

    private static @Nullable Instant next(Handle handle, @Nullable Schedule former, NewSchedule plan) {
        if (former != null && !former.undeclared() && plan.hasMomentsOf(former.plan())) {
            return former.nextAt();
        }
        return plan.next(ScheduleStore.now(handle)).orElse(null);
    }

    private void tell(Handle handle, String type, NewSchedule plan) {
        store.tell(handle, type, plan.timing().inWords(), Map.of("schedule", plan.name(), "actor", "node:" + node));
    }

    private int retire(Handle handle, Collection<String> declared) {
        return handle.createUpdate(RETIRE)
                .bind("organization", organization)
                .bind("node", node)
                .bindArray("declared", String.class, declared.toArray())
                .bind("reason", "no longer declared by node " + node)
                .execute();
    }
}
