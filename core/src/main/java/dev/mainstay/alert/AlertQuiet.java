package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.health.Suspicion;
import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/// Says which alerts are not to be told: those a silence covers, and those a graver alert speaks for. Stateless and
/// thread-safe.
final class AlertQuiet {
    private static final String SILENCE = """
            WITH covered AS (
                SELECT alert.organization_id, alert.alert_id, alert.silence_id AS former, (
                    SELECT silence.silence_id
                    FROM alert_silences silence
                    WHERE silence.organization_id = alert.organization_id
                        AND silence.starts_at <= :now AND silence.ends_at > :now
                        AND coalesce(silence.rule = alert.rule, true)
                        AND (silence.agent_id IS NULL OR coalesce(silence.agent_id = alert.agent_id, false))
                        AND (silence.node_id IS NULL OR coalesce(silence.node_id = alert.node_id, false))
                        AND coalesce(silence.severity = alert.severity, true)
                    ORDER BY silence.ends_at DESC
                    LIMIT 1) AS silence_id
                FROM alerts alert
                WHERE alert.organization_id = :organization AND alert.state <> 'resolved')
            UPDATE alerts
            SET silence_id = covered.silence_id
            FROM covered
            WHERE alerts.organization_id = covered.organization_id AND alerts.alert_id = covered.alert_id
                AND covered.silence_id IS DISTINCT FROM covered.former
            """;

    /// An alert about no agent and no node speaks for all. One of an agent speaks also for those of agents that read
    /// from it, directly or through others, unless they are graver; where two read from each other neither does.
    private static final String INHIBIT = """
            WITH RECURSIVE pair AS MATERIALIZED (
                SELECT * FROM unnest(:sources, :targets) AS pair (source, target)),
            caused AS MATERIALIZED (
                SELECT * FROM unnest(:caused) AS caused (rule)),
            reads (organization_id, agent_id, source) AS (
                SELECT agent.organization_id, agent.id, source.id
                FROM agents agent
                JOIN agents source ON source.organization_id = agent.organization_id
                    AND source.id = ANY (agent.data_sources) AND source.id <> agent.id
                WHERE agent.organization_id = :organization AND agent.data_sources <> '{}'
                UNION
                SELECT reads.organization_id, reads.agent_id, source.id
                FROM reads
                JOIN agents agent ON agent.organization_id = reads.organization_id AND agent.id = reads.source
                JOIN agents source ON source.organization_id = agent.organization_id
                    AND source.id = ANY (agent.data_sources)),
            blamed AS MATERIALIZED (
                SELECT DISTINCT ON (reads.organization_id, reads.agent_id) reads.organization_id, reads.agent_id,
                    source.alert_id, array_position(:severities, source.severity) AS severity
                FROM reads
                JOIN alerts source
                    ON source.organization_id = reads.organization_id AND source.agent_id = reads.source
                WHERE source.state IN ('firing', 'acknowledged') AND NOT EXISTS (
                    SELECT
                    FROM reads back
                    WHERE back.organization_id = reads.organization_id AND back.agent_id = reads.source
                        AND back.source = reads.agent_id)
                ORDER BY reads.organization_id, reads.agent_id, severity DESC, source.alert_id),
            speaker AS MATERIALIZED (
                SELECT DISTINCT ON (source.organization_id, pair.target, source.agent_id, node.id)
                    source.organization_id, pair.target, source.agent_id, node.id AS node_id, source.alert_id
                FROM pair
                JOIN alerts source ON source.organization_id = :organization AND source.rule = pair.source
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN source.agent_id IS NULL THEN source.node_id END AS id) AS node
                WHERE source.state IN ('firing', 'acknowledged')
                ORDER BY source.organization_id, pair.target, source.agent_id, node.id, source.alert_id),
            spoken AS (
                SELECT alert.organization_id, alert.alert_id, alert.inhibited_by AS former,
                    coalesce(least(of_all.alert_id, of_agent.alert_id, of_node.alert_id), blamed.alert_id)
                        AS inhibited_by
                FROM alerts alert
                LEFT JOIN speaker of_all ON of_all.organization_id = alert.organization_id
                    AND of_all.target = alert.rule AND of_all.agent_id IS NULL AND of_all.node_id IS NULL
                LEFT JOIN speaker of_agent ON of_agent.organization_id = alert.organization_id
                    AND of_agent.target = alert.rule AND of_agent.agent_id = alert.agent_id
                LEFT JOIN speaker of_node ON of_node.organization_id = alert.organization_id
                    AND of_node.target = alert.rule AND of_node.agent_id IS NULL AND of_node.node_id = alert.node_id
                LEFT JOIN caused ON caused.rule = alert.rule
                LEFT JOIN blamed ON blamed.organization_id = alert.organization_id
                    AND blamed.agent_id = alert.agent_id AND caused.rule IS NOT NULL
                    AND blamed.severity >= array_position(:severities, alert.severity)
                WHERE alert.organization_id = :organization AND alert.state <> 'resolved')
            UPDATE alerts
            SET inhibited_by = spoken.inhibited_by
            FROM spoken
            WHERE alerts.organization_id = spoken.organization_id AND alerts.alert_id = spoken.alert_id
                AND spoken.inhibited_by IS DISTINCT FROM spoken.former
            """;

    private static final List<String> SEVERITIES =
            Stream.of(Severity.values()).map(Severity::word).toList();

    private record Pair(String source, String target) {}

    /// @param rules those of the organization that are looked at
    void write(Handle handle, UUID organization, Instant now, List<AlertRule> rules) {
        handle.createUpdate(SILENCE)
                .bind("organization", organization)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .execute();
        List<Pair> pairs = pairs(rules);
        List<AlertRule> caused =
                rules.stream().filter(rule -> isCaused(rule.condition())).toList();
        handle.createUpdate(INHIBIT)
                .bind("organization", organization)
                .bindArray("severities", String.class, SEVERITIES)
                .bindArray("caused", String.class, column(caused, AlertRule::name))
                .bindArray("sources", String.class, column(pairs, Pair::source))
                .bindArray("targets", String.class, column(pairs, Pair::target))
                .execute();
    }

    /// Which rule speaks for which. Where two speak for each other, directly or through others, nobody would be told:
    /// neither does.
    private static List<Pair> pairs(List<AlertRule> rules) {
        Map<String, List<String>> targets = new HashMap<>();
        rules.forEach(rule -> targets.put(rule.name(), rule.inhibits()));
        List<Pair> pairs = new ArrayList<>();
        rules.forEach(rule -> rule.inhibits().stream()
                .filter(target -> !reaches(targets, target, rule.name(), new HashSet<>()))
                .forEach(target -> pairs.add(new Pair(rule.name(), target))));
        return pairs;
    }

    private static boolean reaches(Map<String, List<String>> targets, String from, String to, Set<String> seen) {
        if (from.equals(to)) {
            return true;
        }
        return seen.add(from)
                && targets.getOrDefault(from, List.of()).stream().anyMatch(next -> reaches(targets, next, to, seen));
    }

    /// Whether what an agent reads from may be the cause: that it says nothing itself, or is in a state, is its own.
    private static boolean isCaused(Condition condition) {
        return switch (condition) {
            case Condition.Suspected(Suspicion.Kind kind) -> kind != Suspicion.Kind.SILENT;
            case Condition.InState _ -> false;
            default -> true;
        };
    }
}
