package dev.mainstay.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A step that is done. Immutable.
///
/// @param kind step, sleep, signal, approval or children
/// @param isTimedOut what it waited for did not come in time
/// @param result as JSON; null without one
public record StoredStep(
        int position,
        String name,
        String kind,
        boolean isTimedOut,
        @Nullable String result) {
    static StoredStep of(ResultSet row) throws SQLException {
        return new StoredStep(
                row.getInt("position"),
                row.getString("name"),
                row.getString("kind"),
                row.getBoolean("timed_out"),
                row.getString("result"));
    }
}
