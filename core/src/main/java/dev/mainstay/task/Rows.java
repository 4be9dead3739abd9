package dev.mainstay.task;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/// Turns rows into the column arrays that one statement unnests. Stateless and thread-safe.
final class Rows {
    private Rows() {}

    static <A, B> List<B> column(Collection<A> rows, Function<A, B> value) {
        return rows.stream().map(value).toList();
    }
}
