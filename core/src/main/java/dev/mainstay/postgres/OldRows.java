package dev.mainstay.postgres;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Deletes what is of no use any more, a batch a transaction, so that nobody waits long for it. Stateless and
/// thread-safe.
public final class OldRows {
    private static final int BATCH = 5_000;

    private OldRows() {}

    /// Runs each until it finds less than a batch.
    ///
    /// @param deletes one after the other; each deletes `:batch` rows at most of what is older than `:kept` seconds
    /// @param check fails in a transaction of one who leads no longer
    public static void delete(Database database, List<String> deletes, Duration kept, Consumer<Handle> check) {
        for (String sql : deletes) {
            int deleted = BATCH;
            while (deleted >= BATCH) {
                deleted = database.control(handle -> {
                    check.accept(handle);
                    return handle.createUpdate(sql)
                            .bind("kept", (double) kept.toSeconds())
                            .bind("batch", BATCH)
                            .execute();
                });
            }
        }
    }
}
