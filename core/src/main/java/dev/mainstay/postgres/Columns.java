package dev.mainstay.postgres;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Reads columns whose Java type the driver leaves to us, and makes columns of rows, to be bound as arrays. Stateless
/// and thread-safe.
public final class Columns {
    private Columns() {}

    public static <A, B> List<B> column(Collection<A> rows, Function<? super A, ? extends B> value) {
        return rows.stream().<B>map(value).toList();
    }

    /// The same, typed by itself: bound without Jdbi working out the type of a list anew each time, which was a third
    /// of what storing one task at a time allocated.
    public static <A, B> B[] array(Collection<A> rows, Function<? super A, ? extends B> value, IntFunction<B[]> typed) {
        return rows.stream().map(value).toArray(typed);
    }

    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant nullableInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }

    public static @Nullable Double nullableDouble(ResultSet row, String column) throws SQLException {
        double number = row.getDouble(column);
        return row.wasNull() ? null : number;
    }

    public static UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    public static List<UUID> uuids(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((UUID[]) array.getArray());
    }

    public static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    /// As `make_interval(secs => …)` takes it, of any length.
    public static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }
}
