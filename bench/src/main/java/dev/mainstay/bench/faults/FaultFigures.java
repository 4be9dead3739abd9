package dev.mainstay.bench.faults;

import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/// What became of all faults, counted from the rows. Used by one thread.
final class FaultFigures {
    /// What takes an agent from its work.
    private static final String DISTURBANCES = "('restart-agent', 'restart-clean', 'clear-lease', 'move-agent',"
            + " 'roll-back-configuration', 'open-circuit')";
    /// Not what was decided on and left, because the alert had ended by then.
    private static final String DONE = "task_id IS NOT NULL AND result -> 'notDone' IS NULL";
    private static final String RESTARTED =
            DONE + " AND action IN ('restart-agent', 'restart-clean', 'clear-lease', 'move-agent')";
    /// On agents in which there was no fault then.
    private static final String FALSE_RESTARTS =
            """
            FROM recovery_actions action
            WHERE DONE AND action.action IN DISTURBANCES AND NOT EXISTS (
                SELECT
                FROM bench_faults fault
                WHERE fault.agent = action.agent_id AND fault.kind NOT IN ('flat-line', 'drift', 'cost-spike')
                    AND action.decided_at BETWEEN fault.began_at AND coalesce(fault.ended_at, 'infinity'))
            """.replace("DISTURBANCES", DISTURBANCES).replace("DONE", DONE);
    /// More than a fifth of the agents within ten seconds, or one agent more than three times within a minute.
    private static final String STORMS = """
            WITH restart AS (
                SELECT agent_id, decided_at AS at
                FROM recovery_actions
                WHERE RESTARTED)
            SELECT count(*) FILTER (WHERE (
                    SELECT count(DISTINCT other.agent_id) FROM restart other
                    WHERE other.at BETWEEN restart.at AND restart.at + interval '10 seconds') > AGENTS / 5.0
                OR (SELECT count(*) FROM restart other
                    WHERE other.agent_id = restart.agent_id
                        AND other.at BETWEEN restart.at AND restart.at + interval '1 minute') > 3)
            FROM restart
            """.replace("RESTARTED", RESTARTED);

    private final FaultTables tables;
    private final double interval;
    private final int agents;

    /// @param interval seconds between two ticks
    FaultFigures(FaultTables tables, double interval, int agents) {
        this.tables = tables;
        this.interval = interval;
        this.agents = agents;
    }

    Figures figures(List<FaultKind> kinds) throws SQLException {
        var figures = new Figures();
        add(figures, "", "true");
        add(figures, "detectable", "kind NOT IN ('flat-line', 'drift', 'cost-spike')");
        tell("false restarts: ", """
                SELECT string_agg(action.action || ' of ' || agent_id || ' for ' || cause || ', ' || reason, '; ')
                """ + FALSE_RESTARTS);
        tell("restarted more than three times: ", """
                SELECT string_agg(agent_id || ': ' || actions, '; ')
                FROM (
                    SELECT agent_id, string_agg(cause || ' ' || action || ' ' || to_char(decided_at, 'HH24:MI:SS'), ', '
                        ORDER BY decided_at) AS actions
                    FROM recovery_actions
                    WHERE RESTARTED
                    GROUP BY agent_id
                    HAVING count(*) > 3) AS often
                """.replace("RESTARTED", RESTARTED));
        tell("not detected or not healed: ", """
                SELECT string_agg(kind || ' of ' || agent || ', ' || coalesce(found_by, 'not detected') || ', ' || outcome,
                    '; ')
                FROM bench_faults
                WHERE began_at IS NOT NULL AND (delay IS NULL
                    OR healing IS NULL AND kind NOT IN ('flat-line', 'drift', 'cost-spike'))
                """);
        figures.add("falseRestarts", number("SELECT count(*) " + FALSE_RESTARTS))
                .add("falseRestartsByRows", number("SELECT count(*) FROM recovery_false_restarts"))
                .add("restartStorms", number(STORMS.replace("AGENTS", Integer.toString(agents))))
                .add("alertsOfControls", number("SELECT count(*) FROM alerts WHERE agent_id LIKE 'control-%'"))
                .add("recoveriesOfControls", number("SELECT count(*) FROM recoveries WHERE agent_id LIKE 'control-%'"))
                .add("restarts", number("""
                        SELECT count(*) FROM recovery_actions WHERE RESTARTED
                        """.replace("RESTARTED", RESTARTED)))
                .add("escalated", number("SELECT count(*) FROM recoveries WHERE state = 'escalated'"));
        for (FaultKind kind : kinds) {
            add(figures, kind.figure(), "kind = '" + kind.word() + "'");
        }
        return figures;
    }

    private void tell(String what, String sql) throws SQLException {
        String told = tables.text(sql);
        if (told != null) {
            Reporting.say(what + told);
        }
    }

    private void add(Figures figures, String prefix, String which) throws SQLException {
        String of = " FROM bench_faults WHERE began_at IS NOT NULL AND " + which;
        double injected = number("SELECT count(*)" + of);
        if (injected == 0) {
            return;
        }
        String recoverable = of + " AND kind NOT IN ('flat-line', 'drift', 'cost-spike')";
        double healable = number("SELECT count(*)" + recoverable);
        figures.add(name(prefix, "injected"), injected)
                .add(name(prefix, "detectedPercent"), 100 * number("SELECT count(delay)" + of) / injected)
                .add(
                        name(prefix, "medianDelayIntervals"),
                        number("SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY delay), -1)" + of)
                                / interval);
        if (healable > 0) {
            figures.add(name(prefix, "healedPercent"), 100 * number("SELECT count(healing)" + recoverable) / healable)
                    .add(
                            name(prefix, "meanTimeToRecoverSeconds"),
                            number("SELECT coalesce(avg(healing), -1)" + recoverable));
        }
    }

    private static String name(String prefix, String figure) {
        return prefix.isEmpty()
                ? figure
                : prefix + figure.substring(0, 1).toUpperCase(Locale.ROOT) + figure.substring(1);
    }

    private double number(String sql) throws SQLException {
        Double found = tables.number(sql);
        return found == null ? 0 : found;
    }
}
