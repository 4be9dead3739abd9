package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
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

    /// As this opening comes to those before it.
    private static final String IS_FLAPPING = """
            (SELECT count(*) FROM unnest(openings) AS opening (at)
                        WHERE at > :now - CAST(:flapsWithin AS interval)) >= :flaps - 1""";

    /// What changes every second is written every fifth.
    private static final String GO_ON = FOUND + """
            , went_on AS (
                UPDATE alerts
                SET seen_at = :now, missed_at = NULL, summary = found.summary, value = nullif(found.value, 'NaN'),
                    evidence = found.evidence::jsonb, severity = found.severity,
                    state = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN 'firing' ELSE state END,
                    fired_at = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN :now
                        ELSE fired_at END,
                    openings = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now
                        THEN (ARRAY[:now] || openings)[1 : 20] ELSE openings END,
                    flapping = CASE WHEN state = 'pending' AND pending_at + found.hold <= :now THEN IS_FLAPPING
                        ELSE flapping END
                FROM found
                WHERE alerts.organization_id = found.organization_id AND alerts.fingerprint = found.fingerprint
                    AND alerts.state <> 'resolved'
                    AND (alerts.seen_at < :now - interval '5 seconds'
                        OR alerts.severity <> found.severity
                        OR alerts.missed_at IS NOT NULL
                        OR alerts.state = 'pending' AND alerts.pending_at + found.hold <= :now)
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.fired', severity, agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule) || CASE WHEN cardinality(openings) = 1 THEN '{}'
                    ELSE jsonb_build_object('opening', cardinality(openings), 'flapping', flapping) END
            FROM went_on
            WHERE fired_at = :now
            """.replace("IS_FLAPPING", IS_FLAPPING);

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
                SET state = 'firing', resolved_at = NULL, resolved_by = NULL, told_at = NULL, seen_at = :now, missed_at = NULL,
                    acknowledged_at = NULL, acknowledged_by = NULL, summary = latest.summary,
                    value = nullif(latest.value, 'NaN'), evidence = latest.evidence::jsonb, severity = latest.severity,
                    openings = (ARRAY[:now] || openings)[1 : 20],
                    flapping = IS_FLAPPING
                FROM latest
                WHERE alerts.organization_id = latest.organization_id AND alerts.alert_id = latest.alert_id
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.fired', severity, agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule, 'opening', cardinality(openings),
                    'flapping', flapping)
            FROM reopened
            """.replace("IS_FLAPPING", IS_FLAPPING);

    /// One that must hold for a while is pending anew when it comes back; how often it came before goes with it.
    private static final String BEGIN = FOUND + """
            , begun AS (
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, agent_id, node_id, labels,
                    summary, value, evidence, runbook, group_key, began_at, pending_at, seen_at, fired_at, openings)
                SELECT organization_id, fingerprint, rule, severity,
                    CASE WHEN hold = interval '0' THEN 'firing' ELSE 'pending' END,
                    nullif(agent_id, ''), nullif(node_id, ''), labels::jsonb, summary, nullif(value, 'NaN'),
                    evidence::jsonb, nullif(runbook, ''), group_key, began_at, :now, :now,
                    CASE WHEN hold = interval '0' THEN :now END,
                    CASE WHEN hold = interval '0' THEN ARRAY[:now] ELSE coalesce((
                        SELECT former.openings
                        FROM alerts former
                        WHERE former.organization_id = found.organization_id
                            AND former.fingerprint = found.fingerprint
                            AND former.resolved_at > :now - CAST(:again AS interval)
                        ORDER BY former.resolved_at DESC
                        LIMIT 1), '{}') END
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

    /// That one which flaps is gone counts from when it was looked for, not from when it was seen last: a rule that
    /// could not be looked at tells nothing of it.
    private static final String GONE = """
            WITH looked AS MATERIALIZED (
                SELECT * FROM unnest(:organizations, :rules) AS looked (organization_id, rule)),
            found AS MATERIALIZED (
                SELECT * FROM unnest(:foundOrganizations, :fingerprints) AS found (organization_id, fingerprint)),
            gone AS MATERIALIZED (
                SELECT alert.organization_id, alert.alert_id, alert.state, alert.missed_at,
                    alert.flapping AND coalesce(alert.missed_at > :now - CAST(:again AS interval), true) AS fires_on
                FROM alerts alert
                LEFT JOIN looked ON looked.organization_id = alert.organization_id AND looked.rule = alert.rule
                LEFT JOIN found
                    ON found.organization_id = alert.organization_id AND found.fingerprint = alert.fingerprint
                WHERE alert.organization_id = :organization AND alert.state <> 'resolved' AND found.fingerprint IS NULL
                    AND (looked.rule IS NOT NULL OR NOT EXISTS (
                        SELECT FROM alert_rules rule
                        WHERE rule.organization_id = alert.organization_id AND rule.name = alert.rule AND rule.enabled))),
            missed AS (
                UPDATE alerts
                SET missed_at = :now
                FROM gone
                WHERE alerts.organization_id = gone.organization_id AND alerts.alert_id = gone.alert_id
                    AND gone.fires_on AND gone.missed_at IS NULL),
            forgotten AS (
                DELETE FROM alerts
                USING gone
                WHERE alerts.organization_id = gone.organization_id AND alerts.alert_id = gone.alert_id
                    AND gone.state = 'pending' AND NOT gone.fires_on),
            resolved AS (
                UPDATE alerts
                SET state = 'resolved', resolved_at = :now, resolved_by = 'mainstay', flapping = false, missed_at = NULL,
                    escalates_at = NULL, inhibited_by = NULL, silence_id = NULL
                FROM gone
                WHERE alerts.organization_id = gone.organization_id AND alerts.alert_id = gone.alert_id
                    AND gone.state <> 'pending' AND NOT gone.fires_on
                RETURNING alerts.*)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'alert.resolved', 'info', agent_id, node_id, summary,
                jsonb_build_object('alert', alert_id, 'rule', rule, 'by', resolved_by,
                    'firedSeconds', extract(epoch FROM :now - fired_at))
            FROM resolved
            """;

    /// @param looked the rules of the organization whose findings these are, all of them; alerts of others stay
    void write(Handle handle, UUID organization, Instant now, List<AlertRule.Stored> looked, List<Finding> found) {
        if (!found.isEmpty()) {
            flapping(bound(handle.createUpdate(GO_ON), now, found)).execute();
            flapping(bound(handle.createUpdate(REOPEN), now, found))
                    .bind("again", REOPENED_WITHIN.toString())
                    .execute();
            bound(handle.createUpdate(BEGIN), now, found)
                    .bind("again", REOPENED_WITHIN.toString())
                    .execute();
        }
        handle.createUpdate(GONE)
                .bind("organization", organization)
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

    /// The fingerprints of the rule's alerts that are not over.
    Set<String> open(Handle handle, AlertRule.Stored rule) {
        return handle.createQuery("""
                SELECT fingerprint
                FROM alerts
                WHERE organization_id = :organization AND rule = :rule AND state <> 'resolved'
                """)
                .bind("organization", rule.organization())
                .bind("rule", rule.rule().name())
                .mapTo(String.class)
                .set();
    }

    private static Update flapping(Update update) {
        return update.bind("flapsWithin", FLAPS_WITHIN.toString()).bind("flaps", FLAPS);
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
