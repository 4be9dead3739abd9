package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The steps of tasks in the hands of workers outside; each method is part of its caller's transaction. Stateless and
/// thread-safe.
final class OutsideStepStore {
    private static final String STEP = """
            SELECT outcome, :position AS position, kind, name, timed_out, result::text AS result
            FROM task_step(:organization, :token, :task, :fence, :position, :kind, :name, :result::jsonb)
            """;

    private static final String AWAIT = """
            SELECT outcome, :position AS position, :kind AS kind, :name AS name, false AS timed_out,
                came::text AS result
            FROM task_await(:organization, :token, :task, :fence, :position, :kind, :name, :children, :enough,
                make_interval(secs => :patience::double precision), :started)
            """;

    private final OutsideEndings endings;

    OutsideStepStore(OutsideEndings endings) {
        this.endings = endings;
    }

    private record Answer(String outcome, StoredStep step) {
        static Answer of(ResultSet row) throws SQLException {
            return new Answer(row.getString("outcome"), StoredStep.of(row));
        }
    }

    /// @param result as JSON
    OutsideStep step(Handle handle, OutsideHold held, int position, String name, @Nullable String result) {
        Answer answer = keep(handle, held, new StoredStep(position, name, "step", false, result));
        return new OutsideStep.Done(answer.outcome().equals("stored"), answer.step());
    }

    OutsideStep sleep(Handle handle, OutsideHold held, int position, String name, Duration duration) {
        String until = Payload.text("sleep", held.now().plus(duration));
        Answer answer = keep(handle, held, new StoredStep(position, name, "sleep", false, until));
        String stands = answer.step().result();
        Instant end = Payload.read(stands == null ? until : stands, Instant.class);
        if (!held.now().isBefore(end)) {
            return new OutsideStep.Done(answer.outcome().equals("stored"), answer.step());
        }
        OutsideEnd ended = endings.end(handle, held, "snoozed", "sleeps: " + name, Duration.between(held.now(), end));
        return held.cancelReason() == null ? new OutsideStep.Waiting("snoozed") : new OutsideStep.Ended(ended);
    }

    OutsideStep await(Handle handle, OutsideHold held, int position, StepStore.Wait wait) {
        Answer before = keep(handle, held, new StoredStep(position, wait.name(), wait.kind(), false, null));
        if (before.outcome().equals("there")) {
            return new OutsideStep.Done(false, before.step());
        }
        String reason = held.cancelReason();
        if (reason != null) {
            return new OutsideStep.Ended(endings.end(handle, held, "cancelled", reason, null));
        }
        Answer answer = TaskLink.checked(() -> held.bind(handle.createQuery(AWAIT))
                .bind("position", position)
                .bind("kind", wait.kind())
                .bind("name", wait.name())
                .bindArray("children", UUID.class, wait.children())
                .bind("enough", wait.enough())
                .bind("patience", wait.atMost() == null ? null : Columns.seconds(wait.atMost()))
                .map((row, context) -> Answer.of(row))
                .one());
        held.require(!answer.outcome().equals("lost"));
        OutsideEndings.close(handle, held.lease());
        return answer.outcome().equals("there")
                ? new OutsideStep.Done(true, answer.step())
                : new OutsideStep.Waiting("awaiting");
    }

    private static Answer keep(Handle handle, OutsideHold held, StoredStep step) {
        Answer answer = held.bind(handle.createQuery(STEP))
                .bind("position", step.position())
                .bind("kind", step.kind())
                .bind("name", step.name())
                .bind("result", step.result())
                .map((row, context) -> Answer.of(row))
                .one();
        held.require(!answer.outcome().equals("lost"));
        StoredStep stands = answer.step();
        if (answer.outcome().equals("changed")) {
            throw new MainstayException(
                    ErrorCode.STEP_CONFLICT,
                    "the steps of this task have changed: at position " + step.position() + " stands the "
                            + stands.kind() + " '" + stands.name() + "', and not the " + step.kind() + " '"
                            + step.name() + "'");
        }
        if (answer.outcome().equals("gap")) {
            throw new MainstayException(
                    ErrorCode.STEP_CONFLICT,
                    "position " + step.position() + " is too far: steps before it are not stored");
        }
        return answer;
    }
}
