package dev.mainstay.postgres;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The conditions of a query that depend on what was asked for: one that was not asked for is not in the SQL, so the
/// planner sees the plain query. Clauses are our own text; what a caller sent goes in as a parameter. Not thread-safe.
public final class Filter {
    private final StringBuilder clauses = new StringBuilder();
    private final Map<String, Object> parameters = new HashMap<>();

    public Filter with(String name, Object value) {
        parameters.put(name, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value);
        return this;
    }

    public Filter and(String clause) {
        clauses.append("\n    AND ").append(clause);
        return this;
    }

    public Filter and(String clause, String name, Object value) {
        return and(clause).with(name, value);
    }

    /// Adds the clause only when there is a value for it.
    public Filter and(String clause, String name, Optional<?> value) {
        value.ifPresent(given -> and(clause, name, given));
        return this;
    }

    /// A word, or the beginning of words followed by `*`.
    public Filter andWord(String column, String name, Optional<String> word) {
        word.ifPresent(given -> {
            boolean beginning = given.endsWith("*");
            String clause = beginning ? "starts_with(" + column + ", :" + name + ")" : column + " = :" + name;
            and(clause, name, beginning ? given.substring(0, given.length() - 1) : given);
        });
        return this;
    }

    /// `sql` with the conditions in place of the word `FILTERED`, which stands after a WHERE that has one already.
    public String into(String sql) {
        return sql.replace("FILTERED", clauses);
    }

    public Map<String, Object> parameters() {
        return parameters;
    }
}
