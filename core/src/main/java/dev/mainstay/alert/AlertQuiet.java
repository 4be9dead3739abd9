package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
                WHERE alert.state <> 'resolved')
            UPDATE alerts
            SET silence_id = covered.silence_id
            FROM covered
            WHERE alerts.organization_id = covered.organization_id AND alerts.alert_id = covered.alert_id
                AND covered.silence_id IS DISTINCT FROM covered.former
            """;

    /// An alert about no agent and no node speaks for all.
    private static final String INHIBIT = """
            WITH pair AS MATERIALIZED (
                SELECT * FROM unnest(:organizations, :sources, :targets) AS pair (organization_id, source, target)),
            spoken AS (
                SELECT alert.organization_id, alert.alert_id, alert.inhibited_by AS former, (
                    SELECT source.alert_id
                    FROM pair
                    JOIN alerts source ON source.organization_id = pair.organization_id AND source.rule = pair.source
                    WHERE pair.organization_id = alert.organization_id AND pair.target = alert.rule
                        AND source.state IN ('firing', 'acknowledged') AND source.alert_id <> alert.alert_id
                        AND (source.agent_id IS NULL AND source.node_id IS NULL
                            OR source.agent_id = alert.agent_id
                            OR source.agent_id IS NULL AND source.node_id = alert.node_id)
                    ORDER BY source.alert_id
                    LIMIT 1) AS inhibited_by
                FROM alerts alert
                WHERE alert.state <> 'resolved')
            UPDATE alerts
            SET inhibited_by = spoken.inhibited_by
            FROM spoken
            WHERE alerts.organization_id = spoken.organization_id AND alerts.alert_id = spoken.alert_id
                AND spoken.inhibited_by IS DISTINCT FROM spoken.former
            """;

    private record Pair(UUID organization, String source, String target) {}

    void write(Handle handle, Instant now, List<AlertRule.Stored> rules) {
        handle.createUpdate(SILENCE).bind("now", now.atOffset(ZoneOffset.UTC)).execute();
        List<Pair> pairs = new ArrayList<>();
        rules.forEach(stored -> stored.rule()
                .inhibits()
                .forEach(target ->
                        pairs.add(new Pair(stored.organization(), stored.rule().name(), target))));
        handle.createUpdate(INHIBIT)
                .bindArray("organizations", UUID.class, column(pairs, Pair::organization))
                .bindArray("sources", String.class, column(pairs, Pair::source))
                .bindArray("targets", String.class, column(pairs, Pair::target))
                .execute();
    }
}
