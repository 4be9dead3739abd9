package dev.mainstay.bench.chaos;

import java.util.Set;
import java.util.regex.Pattern;

/// What a connection has sent since its last whole statement. Used by one thread.
final class StatementText {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /// What a statement is about may stand far behind its beginning.
    private static final int LONGEST = 4_000;
    static final String COMMIT = "COMMIT";

    private static final Set<String> ENDS = Set.of(COMMIT, "ROLLBACK");

    private final StringBuilder parts = new StringBuilder();
    private String before = "";

    void add(Message message) {
        String statement = message.statement();
        if (!statement.isEmpty() && !statement.equals("BEGIN")) {
            parts.append(parts.isEmpty() ? "" : "; ").append(statement);
        }
    }

    /// The statement that is whole now, shortened; a commit with the statement before it.
    String take() {
        String whole = SPACE.matcher(parts).replaceAll(" ").strip();
        parts.setLength(0);
        if (ENDS.contains(whole)) {
            return whole + " of " + before;
        }
        before = whole.length() > LONGEST ? whole.substring(0, LONGEST) : whole;
        return before;
    }
}
