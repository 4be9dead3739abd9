package dev.mainstay.server.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A list as every answer has it. Immutable.
///
/// @param next the cursor of the following page, or null
record Page<T>(List<T> items, @Nullable String next) {
    static <T> Page<T> whole(List<T> items) {
        return new Page<>(items, null);
    }

    /// Of up to `limit + 1` items that were read, so that it is known whether there are more.
    static <T> Page<T> of(List<T> read, int limit, Function<T, String> cursor) {
        boolean more = read.size() > limit;
        List<T> items = more ? read.subList(0, limit) : read;
        return new Page<>(items, more ? cursor.apply(items.getLast()) : null);
    }
}
