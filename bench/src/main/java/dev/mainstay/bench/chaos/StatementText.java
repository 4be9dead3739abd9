package dev.mainstay.bench.chaos;

import java.util.Set;
import java.util.regex.Pattern;

/// What a connection has sent since its last whole statement. Used by one thread.
final class StatementText {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /// What a statement is about may stand far behind its beginning.
    private static final int LONGEST = 4_000;
    static final String COMMIT = "COMMIT";

    /// Duties are asked for in one statement, whichever they are.
    private static final Pattern DUTIES = Pattern.compile("SELECT '[a-z]+' WHERE \\(.*");

    private static final Set<String> ENDS = Set.of(COMMIT, "ROLLBACK");

    private final StringBuilder parts = new StringBuilder();
    private String before = "";
    private boolean isInTransaction;
    private boolean hasCommitted;

    void add(Message message) {
        String statement = message.statement();
        isInTransaction |= statement.equals("BEGIN");
        if (!statement.isEmpty() && !statement.equals("BEGIN")) {
            parts.append(parts.isEmpty() ? "" : "; ").append(statement);
        }
    }

    /// The statement that is whole now, shortened; a commit with the statement before it.
    String take() {
        String whole = SPACE.matcher(parts).replaceAll(" ").strip();
        parts.setLength(0);
        boolean isEnd = ENDS.contains(whole);
        hasCommitted = whole.equals(COMMIT) || !(isInTransaction || isEnd);
        isInTransaction &= !isEnd;
        if (isEnd) {
            return whole + " of " + before;
        }
        if (DUTIES.matcher(whole).matches()) {
            before = "SELECT which duties are due, those of tasks among them";
        } else {
            before = whole.length() > LONGEST ? whole.substring(0, LONGEST) : whole;
        }
        return before;
    }

    /// Whether what was taken last has committed once it is done: a commit, or a statement outside a transaction.
    boolean hasCommitted() {
        return hasCommitted;
    }
}
