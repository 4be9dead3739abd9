package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;

/// What the database says when a task names another one that it cannot: a parent or a need that is not there, a child
/// that is none or stands behind it. Stateless and thread-safe.
final class TaskLink {
    private static final String BROKEN = "MS010";

    private TaskLink() {}

    /// What `work` gives; throws with `TASK_LINK` and the database's words where a link is broken.
    static <R> R checked(Supplier<R> work) {
        try {
            return work.get();
        } catch (JdbiException e) {
            if (e.getCause() instanceof SQLException sql && BROKEN.equals(sql.getSQLState())) {
                String said = String.valueOf(sql.getMessage()).replaceFirst("^ERROR: ", "");
                throw new MainstayException(
                        ErrorCode.TASK_LINK, said.lines().findFirst().orElse(said), e);
            }
            throw e;
        }
    }
}
