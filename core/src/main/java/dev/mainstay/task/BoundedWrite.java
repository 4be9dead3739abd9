package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Duration;
import java.util.function.Supplier;
import org.jdbi.v3.core.HandleCallback;

/// A request that changes tasks, and does not wait for transactions of unknown length: whoever enqueues behind a task
/// holds its row until the end of their own transaction. Stateless and thread-safe.
final class BoundedWrite {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private BoundedWrite() {}

    /// One transaction; throws with `TASK_BUSY` instead of waiting for long.
    static <R> R of(OrganizationDatabase database, HandleCallback<R, RuntimeException> work) {
        return orBusy(() -> database.tryWrite(PATIENCE, work));
    }

    /// The same as the engine, for a program that has it in itself.
    static <R> R of(Database database, HandleCallback<R, RuntimeException> work) {
        return orBusy(() -> database.tryWrite(PATIENCE, work));
    }

    private static <R> R orBusy(Supplier<R> write) {
        try {
            return write.get();
        } catch (RuntimeException e) {
            throw Database.isConflict(e) ? busy() : e;
        }
    }

    static MainstayException busy() {
        return new MainstayException(
                ErrorCode.TASK_BUSY,
                "the task is held by somebody's open transaction, perhaps one that enqueues behind it; nothing was"
                        + " changed, try again");
    }
}
