package dev.mainstay.recovery;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// What is in force, kept for all organizations so that any node can show it. Stateless and thread-safe.
final class PolicyStore {
    private static final String POLICY = """
            INSERT INTO recovery_policies (organization_id, mode, share, approved_up_to, learning)
            SELECT organization_id, :mode, :share, :approvedUpTo, :learning
            FROM organizations
            ON CONFLICT (organization_id) DO UPDATE
            SET mode = excluded.mode, share = excluded.share, approved_up_to = excluded.approved_up_to,
                learning = excluded.learning, updated_at = clock_timestamp()
            """;

    private static final String PLAYBOOKS = """
            INSERT INTO recovery_playbooks (organization_id, cause, rules, actions, verify_within, cool_down, budget, per)
            SELECT organization_id, cause, ARRAY(SELECT jsonb_array_elements_text(rules::jsonb) ORDER BY 1),
                ARRAY(SELECT jsonb_array_elements_text(actions::jsonb)), make_interval(secs => verify),
                make_interval(secs => cool), budget, make_interval(secs => per)
            FROM organizations,
                unnest(:causes, :rules, :actions, :verify, :cool, :budgets, :per)
                    AS given (cause, rules, actions, verify, cool, budget, per)
            """;

    int write(Handle handle, RecoveryPolicy policy, Collection<Playbook> playbooks) {
        handle.createUpdate(POLICY)
                .bind("mode", policy.mode().word())
                .bind("share", policy.share())
                .bind("approvedUpTo", policy.approvedUpTo().name().toLowerCase(Locale.ROOT))
                .bind("learning", policy.isLearning())
                .execute();
        handle.createUpdate("DELETE FROM recovery_playbooks").execute();
        return handle.createUpdate(PLAYBOOKS)
                .bindArray("causes", String.class, column(playbooks, Playbook::cause))
                .bindArray("rules", String.class, column(playbooks, each -> Jsonb.list(each.rules())))
                .bindArray("actions", String.class, column(playbooks, each -> Jsonb.list(each.actions())))
                .bindArray("verify", Double.class, seconds(playbooks, Playbook::verifyWithin))
                .bindArray("cool", Double.class, seconds(playbooks, Playbook::coolDown))
                .bindArray("budgets", Integer.class, column(playbooks, Playbook::budget))
                .bindArray("per", Double.class, seconds(playbooks, Playbook::per))
                .execute();
    }

    private static List<Double> seconds(Collection<Playbook> playbooks, Function<Playbook, Duration> time) {
        return column(playbooks, each -> time.apply(each).toMillis() / 1e3);
    }
}
