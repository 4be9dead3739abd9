package dev.mainstay.health;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// Writes scores, and keeps whenever what they are computed with or their band changed. The parts are written of groups
/// and systems alone: agents are many, and theirs are computed again from the same rows when somebody looks at them.
/// Stateless and thread-safe.
final class HealthStore {
    private static final String REPLACE = """
            INSERT INTO agent_health (organization_id, agent_id, group_name, at, score, parts, band, band_since)
            SELECT organization_id, agent_id, group_name, :at, score, parts::json, band, :at
            FROM unnest(:organizations, :agents, :groups, :scores, :parts, :bands)
                AS given (organization_id, agent_id, group_name, score, parts, band)
            ORDER BY organization_id, agent_id, group_name
            ON CONFLICT (organization_id, agent_id, group_name) DO UPDATE
            SET at = excluded.at, score = excluded.score, parts = excluded.parts, band = excluded.band,
                band_since = CASE WHEN agent_health.band = excluded.band THEN agent_health.band_since
                    ELSE excluded.band_since END
            """;

    private static final String FORMER = """
            SELECT DISTINCT ON (organization_id, agent_id, group_name)
                organization_id, agent_id, group_name, judged, since, basis::text AS basis, band
            FROM health_changes
            ORDER BY organization_id, agent_id, group_name, at DESC
            """;

    private static final String KEEP = """
            INSERT INTO health_changes (organization_id, agent_id, group_name, at, judged, since, basis, band)
            SELECT organization_id, agent_id, group_name, :at, judged, since, nullif(basis, '')::json, nullif(band, '')
            FROM unnest(:organizations, :agents, :groups, :judged, :since, :bases, :bands)
                AS given (organization_id, agent_id, group_name, judged, since, basis, band)
            ON CONFLICT (organization_id, agent_id, group_name, at) DO NOTHING
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'health.changed',
                CASE band WHEN 'healthy' THEN 'info' ELSE 'warning' END, nullif(agent_id, ''), cause,
                jsonb_strip_nulls(jsonb_build_object('group', nullif(group_name, ''), 'from', nullif(former, ''),
                    'to', band, 'score', score))
            FROM unnest(:organizations, :agents, :groups, :bands, :formers, :scores, :causes)
                AS given (organization_id, agent_id, group_name, band, former, score, cause)
            """;

    /// Whose score it is.
    record Scored(HealthSubject subject, HealthScore score, HealthBand band) {}

    /// What a subject's newest change says.
    ///
    /// @param basis empty for who is judged by the scores of others
    record Change(
            HealthSubject subject,
            boolean judged,
            Instant since,
            String basis,
            @Nullable HealthBand band) {}

    /// A band that is worth telling of.
    record Told(Scored scored, @Nullable HealthBand former) {
        private String cause() {
            return scored.subject().inWords() + " is " + scored.band().word() + " with "
                    + Math.round(scored.score().score()) + " points";
        }
    }

    Map<HealthSubject, Change> former(Handle handle) {
        Map<HealthSubject, Change> former = new HashMap<>();
        handle.createQuery(FORMER)
                .map((row, context) -> {
                    String basis = row.getString("basis");
                    String band = row.getString("band");
                    return new Change(
                            new HealthSubject(
                                    Columns.uuid(row, "organization_id"),
                                    row.getString("agent_id"),
                                    row.getString("group_name")),
                            row.getBoolean("judged"),
                            Columns.instant(row, "since"),
                            basis == null ? "" : basis,
                            band == null ? null : HealthBand.of(band));
                })
                .forEach(change -> former.put(change.subject(), change));
        return former;
    }

    /// Puts `scores` in the place of all that stood there: an agent that is not judged any more has no score.
    void replace(Handle handle, Instant at, List<Scored> scores) {
        keys(handle.createUpdate(REPLACE), column(scores, Scored::subject))
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .bindArray(
                        "scores",
                        Double.class,
                        column(scores, each -> each.score().score()))
                .bindArray(
                        "parts",
                        String.class,
                        column(
                                scores,
                                each -> each.subject().isAgent()
                                        ? null
                                        : Jsonb.any(each.score().plainParts())))
                .bindArray(
                        "bands",
                        String.class,
                        column(scores, each -> each.band().word()))
                .execute();
        handle.createUpdate("DELETE FROM agent_health WHERE at <> :at")
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .execute();
    }

    void keep(Handle handle, Instant at, List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        keys(handle.createUpdate(KEEP), column(changes, Change::subject))
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .bindArray("judged", Boolean.class, column(changes, Change::judged))
                .bindArray("since", Instant.class, column(changes, Change::since))
                .bindArray("bases", String.class, column(changes, Change::basis))
                .bindArray("bands", String.class, column(changes, each -> word(each.band())))
                .execute();
    }

    void tell(Handle handle, List<Told> told) {
        if (told.isEmpty()) {
            return;
        }
        keys(handle.createUpdate(TELL), column(told, each -> each.scored().subject()))
                .bindArray(
                        "bands",
                        String.class,
                        column(told, each -> each.scored().band().word()))
                .bindArray("formers", String.class, column(told, each -> word(each.former())))
                .bindArray(
                        "scores",
                        Double.class,
                        column(told, each -> each.scored().score().score()))
                .bindArray("causes", String.class, column(told, Told::cause))
                .execute();
    }

    /// The newest change before that stays, as it says what held at first, unless that is that nobody was judged.
    int forget(Handle handle, Duration kept) {
        return handle.createUpdate("""
                DELETE FROM health_changes old
                WHERE at < now() - make_interval(secs => :kept) AND (NOT judged OR EXISTS (
                    SELECT FROM health_changes newer
                    WHERE newer.organization_id = old.organization_id AND newer.agent_id = old.agent_id
                        AND newer.group_name = old.group_name AND newer.at > old.at
                        AND newer.at < now() - make_interval(secs => :kept)))
                """).bind("kept", (double) kept.toSeconds()).execute();
    }

    private static String word(@Nullable HealthBand band) {
        return band == null ? "" : band.word();
    }

    private static Update keys(Update update, List<HealthSubject> subjects) {
        return update.bindArray("organizations", UUID.class, column(subjects, HealthSubject::organization))
                .bindArray("agents", String.class, column(subjects, HealthSubject::agent))
                .bindArray("groups", String.class, column(subjects, HealthSubject::group));
    }
}
