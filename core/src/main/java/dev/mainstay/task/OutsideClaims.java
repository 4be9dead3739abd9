package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;

/// Claims for workers outside, by the rules of nodes: priority first, within the limits of queues, suspects one at a
/// time. A suspect is given alone, so that a third crash blames nothing that was claimed with it. Thread-safe.
final class OutsideClaims {
    private static final String HOLDS_SUSPECT = """
            SELECT EXISTS (
                SELECT FROM task_claims claim
                CROSS JOIN unnest(claim.task_ids) AS held (id)
                JOIN tasks task ON task.organization_id = claim.organization_id AND task.id = held.id
                    AND task.state = 'open' AND task.crashes >= 2
                WHERE claim.organization_id = :organization AND claim.session_id IS NULL AND claim.worker = :worker
                    AND claim.expires_at > clock_timestamp()
                    AND claim.claimed_at > clock_timestamp() - interval '5 seconds')
            """;

    private static final String STEPS = """
            SELECT task_id, position, name, kind, timed_out, result::text AS result
            FROM task_steps
            WHERE organization_id = :organization AND task_id = ANY (:tasks)
                AND NOT (kind = 'sleep' AND (result #>> '{}')::timestamptz > clock_timestamp())
            ORDER BY task_id, position
            """;

    private final Database database;
    private final AtomicInteger turn = new AtomicInteger();

    OutsideClaims(Database database) {
        this.database = database;
    }

    /// What shares a bound, and is claimed with one LIMIT. Priorities are apart only where there are several bounds.
    private record Bound(int priority, LaneStore.@Nullable Queue limited, boolean isForSuspects) {}

    /// At most as many as asked for, from where something is claimable; others may be faster.
    ///
    /// @param patience for those who hold limits
    List<OutsideTask> take(OutsideAsk ask, List<Opening> openings, Patience patience) {
        List<OutsideTask> taken = new ArrayList<>();
        for (Map.Entry<Bound, List<Opening>> group : groups(ask, openings).entrySet()) {
            boolean isForSuspects = group.getKey().isForSuspects();
            int room = isForSuspects ? 1 : ask.most() - taken.size();
            if (room == 0 || (isForSuspects && !taken.isEmpty())) {
                continue;
            }
            try {
                taken.addAll(claim(ask, group.getValue(), room, group.getKey(), patience));
            } catch (RuntimeException e) {
                if (taken.isEmpty()) {
                    throw e;
                }
                break; // What was claimed before must reach its worker; whoever asks next is told.
            }
            if (isForSuspects && !taken.isEmpty()) {
                break;
            }
        }
        return taken;
    }

    private Map<Bound, List<Opening>> groups(OutsideAsk ask, List<Opening> openings) {
        List<Opening> wanted =
                new ArrayList<>(openings.stream().filter(ask::wants).toList());
        Collections.rotate(wanted, turn.getAndIncrement());
        wanted.sort(Comparator.comparingInt(Opening::priority));
        boolean isOne =
                wanted.stream().map(opening -> bound(opening, 0)).distinct().count() == 1;
        Map<Bound, List<Opening>> groups = new LinkedHashMap<>();
        for (Opening opening : wanted) {
            groups.computeIfAbsent(bound(opening, isOne ? 0 : opening.priority()), any -> new ArrayList<>())
                    .add(opening);
        }
        return groups;
    }

    private static Bound bound(Opening opening, int priority) {
        return new Bound(priority, opening.isLimited() ? opening.inQueue() : null, opening.isForSuspects());
    }

    private List<OutsideTask> claim(OutsideAsk ask, List<Opening> openings, int room, Bound bound, Patience patience) {
        Map<Integer, Opening> lanes = new HashMap<>();
        openings.forEach(opening -> lanes.put(opening.lane(), opening));
        List<Want> wants = openings.stream().map(opening -> opening.want(room)).toList();
        BatchClaim<OutsideTask> claim = new BatchClaim<>(
                new ClaimHolder.Outside(ask.worker(), ask.lease(), ask.deadline()), (row, context) -> task(row, lanes));
        HandleCallback<List<OutsideTask>, RuntimeException> claiming = handle -> {
            if (bound.isForSuspects() && holdsSuspect(handle, ask)) {
                return List.of();
            }
            return withSteps(handle, ask.organization(), claim.run(handle, wants, room, bound.limited()));
        };
        OrganizationDatabase mine = database.api(ask.organization());
        return bound.limited() == null ? mine.write(claiming) : patience.claim(wait -> mine.tryWrite(wait, claiming));
    }

    private static boolean holdsSuspect(Handle handle, OutsideAsk ask) {
        return handle.createQuery(HOLDS_SUSPECT)
                .bind("organization", ask.organization())
                .bind("worker", ask.worker())
                .mapTo(Boolean.class)
                .one();
    }

    private static OutsideTask task(ResultSet row, Map<Integer, Opening> lanes) throws SQLException {
        Opening lane = lanes.get(row.getInt("lane_id"));
        if (lane == null) {
            throw new IllegalStateException("claimed from lane " + row.getInt("lane_id") + ", which was not asked for");
        }
        return new OutsideTask(
                Columns.uuid(row, "id"),
                lane.type(),
                lane.queue(),
                Priority.ofStored(row.getInt("rank") / 2),
                row.getString("payload"),
                row.getLong("fence") + 1,
                row.getInt("attempts"),
                row.getBoolean("forked"),
                Columns.uuid(row, "lease_token"),
                Columns.instant(row, "deadline_at"),
                List.of());
    }

    private record TaskStep(UUID task, StoredStep step) {}

    private static List<OutsideTask> withSteps(Handle handle, UUID organization, List<OutsideTask> tasks) {
        List<UUID> again = tasks.stream()
                .filter(OutsideTask::mayHaveSteps)
                .map(OutsideTask::id)
                .toList();
        if (again.isEmpty()) {
            return tasks;
        }
        Map<UUID, List<StoredStep>> steps = new HashMap<>();
        handle.createQuery(STEPS)
                .bind("organization", organization)
                .bindArray("tasks", UUID.class, again)
                .map((row, context) -> new TaskStep(Columns.uuid(row, "task_id"), StoredStep.of(row)))
                .forEach(found -> steps.computeIfAbsent(found.task(), task -> new ArrayList<>())
                        .add(found.step()));
        return tasks.stream()
                .map(task -> task.with(steps.getOrDefault(task.id(), List.of())))
                .toList();
    }
}
