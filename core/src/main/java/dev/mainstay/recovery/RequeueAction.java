package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.Retried;
import dev.mainstay.task.TaskDesk;
import dev.mainstay.task.TaskDesks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Gives the dead letters of a queue one more life, each at most once a day. Poison stays
/// apart: what took its worker down three times, and what was given another life before and
/// died again. Thread-safe.
final class RequeueAction implements RecoveryAction {
    static final String NAME = "requeue";

    private static final int MOST = 1_000;

    private static final String LETTERS = """
            SELECT letter.task_id,
                task.crashes >= 3 OR EXISTS (
                    SELECT
                    FROM system_events event
                    WHERE event.organization_id = :organization AND event.type = 'task.commanded'
                        AND event.at > clock_timestamp() - interval '1 day'
                        AND event.detail ->> 'command' = 'redrive'
                        AND event.detail ->> 'task' = letter.task_id::text
                        AND event.detail ->> 'actor' <> :actor) AS is_poison
            FROM dead_letters letter
            JOIN task_lanes lane USING (organization_id, lane_id)
            JOIN tasks task ON task.organization_id = letter.organization_id AND task.id = letter.task_id
            WHERE letter.organization_id = :organization AND lane.queue = :queue
                AND letter.died_at > clock_timestamp() - interval '1 hour'
            ORDER BY letter.died_at
            LIMIT :most
            """;

    private final Database database;
    private final TaskDesks desks;

    RequeueAction(Database database, TaskDesks desks) {
        this.database = database;
        this.desks = desks;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.MEDIUM;
    }

    private record Letter(UUID task, boolean isPoison) {}

    @Override
    public Map<String, ?> act(Patient patient) {
        String queue = patient.requireQueue();
        List<Letter> letters = database.read(handle -> handle.createQuery(LETTERS)
                .bind("organization", patient.organization())
                .bind("queue", queue)
                .bind("actor", patient.actor())
                .bind("most", MOST)
                .map((row, context) -> new Letter(Columns.uuid(row, "task_id"), row.getBoolean("is_poison")))
                .list());
        TaskDesk desk = desks.of(patient.organization(), patient.actor());
        List<UUID> again = letters.stream()
                .filter(letter -> !letter.isPoison())
                .map(Letter::task)
                .filter(task -> desk.redrive(task, null, patient.reason()) == Retried.REDRIVEN)
                .toList();
        Map<String, Object> done = new LinkedHashMap<>();
        done.put("queue", queue);
        done.put("requeued", again);
        done.put(
                "apart",
                letters.stream().filter(Letter::isPoison).map(Letter::task).toList());
        return done;
    }
}
