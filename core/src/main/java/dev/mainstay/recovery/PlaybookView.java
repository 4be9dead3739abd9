package dev.mainstay.recovery;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A playbook that is in force, with what was learned. Immutable and thread-safe.
///
/// @param actions in the order in which they would be tried now
public record PlaybookView(
        String cause,
        List<String> rules,
        List<Known> actions,
        Duration verifyWithin,
        Duration coolDown,
        int budget,
        Duration per) {
    static final String SELECT = """
            SELECT playbook.cause, playbook.rules, playbook.actions, playbook.budget,
                extract(epoch FROM playbook.verify_within) AS verify, extract(epoch FROM playbook.cool_down) AS cool,
                extract(epoch FROM playbook.per) AS per, policy.learning,
                ARRAY(SELECT coalesce((
                        SELECT learned.tried
                        FROM recovery_learning learned
                        WHERE learned.organization_id = playbook.organization_id AND learned.cause = playbook.cause
                            AND learned.action = named.action), 0)::text
                    FROM unnest(playbook.actions) WITH ORDINALITY AS named (action, place)
                    ORDER BY named.place) AS tried,
                ARRAY(SELECT coalesce((
                        SELECT learned.healed
                        FROM recovery_learning learned
                        WHERE learned.organization_id = playbook.organization_id AND learned.cause = playbook.cause
                            AND learned.action = named.action), 0)::text
                    FROM unnest(playbook.actions) WITH ORDINALITY AS named (action, place)
                    ORDER BY named.place) AS healed
            FROM recovery_playbooks playbook
            JOIN recovery_policies policy ON policy.organization_id = playbook.organization_id
            WHERE playbook.organization_id = :organization
            ORDER BY playbook.cause
            """;

    /// An action, and how often it was tried against the cause and helped.
    ///
    /// @param chance that it helps next time, (healed + 1) / (tried + 2)
    public record Known(String action, long tried, long healed, double chance) {}

    /// What healing may do.
    public record Policy(String mode, double share, String approvedUpTo, boolean learning, Instant updatedAt) {
        static Policy map(ResultSet row) throws SQLException {
            return new Policy(
                    row.getString("mode"),
                    row.getDouble("share"),
                    row.getString("approved_up_to"),
                    row.getBoolean("learning"),
                    Columns.instant(row, "updated_at"));
        }
    }

    static PlaybookView map(ResultSet row) throws SQLException {
        List<String> names = Columns.texts(row, "actions");
        List<String> tried = Columns.texts(row, "tried");
        List<String> healed = Columns.texts(row, "healed");
        List<Known> actions = new ArrayList<>();
        for (int place = 0; place < names.size(); place++) {
            Experience known = new Experience(Long.parseLong(tried.get(place)), Long.parseLong(healed.get(place)));
            actions.add(new Known(names.get(place), known.tried(), known.healed(), known.chance()));
        }
        if (row.getBoolean("learning")) {
            actions.sort(Comparator.comparingDouble(Known::chance).reversed());
        }
        return new PlaybookView(
                row.getString("cause"),
                Columns.texts(row, "rules"),
                actions,
                seconds(row, "verify"),
                seconds(row, "cool"),
                row.getInt("budget"),
                seconds(row, "per"));
    }

    private static Duration seconds(ResultSet row, String column) throws SQLException {
        return Duration.ofMillis(Math.round(row.getDouble(column) * 1e3));
    }
}
