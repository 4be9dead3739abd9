package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// Makes the stored alerts those that were found: begins, goes on with, and resolves them, a statement each for all of
/// them. Stateless and thread-safe.
final class AlertBook {
    /// One that comes back within so long is the same incident.
    static final Duration REOPENED_WITHIN = Duration.ofMinutes(10);
    /// So many openings within [#FLAPS_WITHIN], and it flaps: it fires on until it has been gone for
    /// [#REOPENED_WITHIN], and nobody is told in between.
    static final int FLAPS = 5;

    static final Duration FLAPS_WITHIN = Duration.ofMinutes(30);

    private static final String FOUND = """
            WITH found AS MATERIALIZED (
                SELECT *, make_interval(secs => seconds) AS hold
                FROM unnest(:organizations, :fingerprints, :rules, :severities, :agents, :nodes, :labels, :summaries,
                        :values, :evidences, :runbooks, :groups, :began, :holds)
                    AS found (organization_id, fingerprint, rule, severity, agent_id, node_id, labels, summary,
                        value, evidence, runbook, group_key, began_at, seconds))
            """;

    /// What changes every second is written every fifth.
    private static final String GO_ON = FOUND + """
            , went_on AS (
                UPDATE alerts
                SET seen_at = :now, summary = found.summary, value = nullif(found.value, 'NaN'),
                    evidence = found.evidence::jsonb, severity = found.severity,
                    state = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN 'firing' ELSE state END,
                    fired_at = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN :now
                        ELSE fired_at END,
                    openings = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN ARRAY[:now]
                        ELSE openings END
                FROM found
                WHERE alerts.organization_id = found.organization_id AND alerts.fingerprint = found.fingerprint
                    AND alerts.state <> 'resolved'
                    AND (alerts.seen_at < :now - interval '5 seconds'
                        OR alerts.severity <> found.severity
                        OR alerts.state = 'pending' AND alerts.pending_at + found.hold <= :now)
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.fired', severity, agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule)
            FROM went_on
            WHERE fired_at = :now
            """;

    private static final String REOPEN = FOUND + """
            , latest AS (
                SELECT DISTINCT ON (alert.organization_id, alert.fingerprint) alert.organization_id, alert.alert_id,
                    found.summary, found.value, found.evidence, found.severity
                FROM found
                JOIN alerts alert ON alert.organization_id = found.organization_id
                    AND alert.fingerprint = found.fingerprint AND alert.resolved_at > :now - CAST(:again AS interval)
                WHERE found.hold = interval '0' AND NOT EXISTS (
                    SELECT FROM alerts live
                    WHERE live.organization_id = found.organization_id AND live.fingerprint = found.fingerprint
                        AND live.state <> 'resolved')
                ORDER BY alert.organization_id, alert.fingerprint, alert.resolved_at DESC),
            reopened AS (
                UPDATE alerts
                SET state = 'firing', resolved_at = NULL, resolved_by = NULL, told_at = NULL, seen_at = :now,
                    acknowledged_at = NULL, acknowledged_by = NULL, summary = latest.summary,
                    value = nullif(latest.value, 'NaN'), evidence = latest.evidence::jsonb, severity = latest.severity,
                    openings = (ARRAY[:now] || openings)[1 : 20],
                    flapping = (SELECT count(*) FROM unnest(openings) AS opening (at)
                        WHERE at > :now - CAST(:flapsWithin AS interval)) >= :flaps - 1
                FROM latest
                WHERE alerts.organization_id = latest.organization_id AND alerts.alert_id = latest.alert_id
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.fired', severity, agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule, 'opening', cardinality(openings),
                    'flapping', flapping)
            FROM reopened
            """;

    private static final String BEGIN = FOUND + """
            , begun AS (
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, agent_id, node_id, labels,
                    summary, value, evidence, runbook, group_key, began_at, pending_at, seen_at, fired_at, openings)
                SELECT organization_id, fingerprint, rule, severity,
                    CASE WHEN hold = interval '0' THEN 'firing' ELSE 'pending' END,
                    nullif(agent_id, ''), nullif(node_id, ''), labels::jsonb, summary, nullif(value, 'NaN'),
                    evidence::jsonb, nullif(runbook, ''), group_key, began_at, :now, :now,
                    CASE WHEN hold = interval '0' THEN :now END,
                    CASE WHEN hold = interval '0' THEN ARRAY[:now] ELSE '{}' END
                FROM found
                ORDER BY organization_id, fingerprint
                ON CONFLICT (organization_id, fingerprint) WHERE state <> 'resolved' DO NOTHING
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.fired', severity, agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule)
            FROM begun
            WHERE state = 'firing'
            """;

    private static final String GONE = """
            WITH looked AS MATERIALIZED (
                SELECT * FROM unnest(:organizations, :rules) AS looked (organization_id, rule)),
            found AS MATERIALIZED (
                SELECT * FROM unnest(:foundOrganizations, :fingerprints) AS found (organization_id, fingerprint)),
            gone AS MATERIALIZED (
                SELECT alert.organization_id, alert.alert_id, alert.state
                FROM alerts alert
                LEFT JOIN looked ON looked.organization_id = alert.organization_id AND looked.rule = alert.rule
                LEFT JOIN found
                    ON found.organization_id = alert.organization_id AND found.fingerprint = alert.fingerprint
                WHERE alert.state <> 'resolved' AND found.fingerprint IS NULL
                    AND (looked.rule IS NOT NULL OR NOT EXISTS (
                        SELECT FROM alert_rules rule
                        WHERE rule.organization_id = alert.organization_id AND rule.name = alert.rule AND rule.enabled))
                    AND NOT (alert.flapping AND alert.seen_at > :now - CAST(:again AS interval))),
            forgotten AS (
                DELETE FROM alerts
                USING gone
                WHERE alerts.organization_id = gone.organization_id AND alerts.alert_id = gone.alert_id
                    AND gone.state = 'pending'),
            resolved AS (
                UPDATE alerts
                SET state = 'resolved', resolved_at = :now, resolved_by = 'mainstay', flapping = false,
                    escalates_at = NULL, inhibited_by = NULL, silence_id = NULL
                FROM gone
                WHERE alerts.organization_id = gone.organization_id AND alerts.alert_id = gone.alert_id
                    AND gone.state <> 'pending'
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.resolved', 'info', agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule, 'by', resolved_by,
                    'firedSeconds', extract(epoch FROM :now - fired_at))
            FROM resolved
            """;

    /// @param looked the rules whose findings these are, all of them
    void write(Handle handle, Instant now, List<AlertRule.Stored> looked, List<Finding> found) {
        if (!found.isEmpty()) {
            bound(handle.createUpdate(GO_ON), now, found).execute();
            bound(handle.createUpdate(REOPEN), now, found)
                    .bind("again", REOPENED_WITHIN.toString())
                    .bind("flapsWithin", FLAPS_WITHIN.toString())
                    .bind("flaps", FLAPS)
                    .execute();
            bound(handle.createUpdate(BEGIN), now, found).execute();
        }
        handle.createUpdate(GONE)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("again", REOPENED_WITHIN.toString())
                .bindArray("organizations", UUID.class, column(looked, AlertRule.Stored::organization))
                .bindArray(
                        "rules",
                        String.class,
                        column(looked, each -> each.rule().name()))
                .bindArray("foundOrganizations", UUID.class, column(found, Finding::organization))
                .bindArray("fingerprints", String.class, column(found, Finding::fingerprint))
                .execute();
    }

    private static Update bound(Update update, Instant now, List<Finding> found) {
        return update.bind("now", now.atOffset(ZoneOffset.UTC))
                .bindArray("organizations", UUID.class, column(found, Finding::organization))
                .bindArray("fingerprints", String.class, column(found, Finding::fingerprint))
                .bindArray(
                        "rules", String.class, column(found, each -> each.rule().name()))
                .bindArray(
                        "severities",
                        String.class,
                        column(found, each -> each.rule().severity().word()))
                .bindArray("agents", String.class, column(found, each -> text(each.agent())))
                .bindArray("nodes", String.class, column(found, each -> text(each.node())))
                .bindArray("labels", String.class, column(found, Finding::labels))
                .bindArray("summaries", String.class, column(found, Finding::summary))
                .bindArray(
                        "values", Double.class, column(found, each -> each.value() == null ? Double.NaN : each.value()))
                .bindArray("evidences", String.class, column(found, each -> Jsonb.text(each.evidence())))
                .bindArray(
                        "runbooks",
                        String.class,
                        column(found, each -> each.rule().runbook().orElse("")))
                .bindArray(
                        "groups",
                        String.class,
                        column(found, each -> each.rule().name()))
                .bindArray("began", Instant.class, column(found, Finding::began))
                .bindArray(
                        "holds",
                        Double.class,
                        column(found, each -> each.rule().hold().toMillis() / 1e3));
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
