package dev.mainstay.advice;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Looks for advice, sees whether it was taken, and measures whether that helped; of all organizations. Doing it twice
/// does no harm. Thread-safe.
public final class AdviceRound {
    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, :type, 'info', agent_id, words,
                jsonb_strip_nulls(jsonb_build_object('advice', advice_id, 'kind', kind, 'unit', unit,
                    'measure', measure, 'goal', goal, 'bound', bound, 'measured', measured))
            FROM changed
            """;

    /// Its setting is another one now, whoever changed it.
    private static final String TAKE = """
            WITH changed AS (
                UPDATE advice
                SET state = 'taken', taken_at = :now
                FROM agents agent
                WHERE advice.kind = :kind AND advice.state IN ('open', 'ignored')
                    AND agent.organization_id = advice.organization_id AND agent.id = advice.agent_id
                    AND (SETTING) IS DISTINCT FROM advice.setting
                RETURNING advice.*)
            """ + TELL;

    /// What stands already is only seen again; what was refuted within a month is not advised again.
    private static final String GIVE = """
            WITH given AS (
                SELECT *
                FROM unnest(:organizations, :agents, :words, :expecteds, :settings, :proposeds, :units, :measures,
                    :goals, :bounds, :evidences) AS given (organization_id, agent_id, words, expected, setting,
                    proposed, unit, measure, goal, bound, evidence)),
            seen AS (
                UPDATE advice
                SET seen_at = :now
                FROM given
                WHERE advice.organization_id = given.organization_id AND advice.agent_id = given.agent_id
                    AND advice.kind = :kind AND advice.state IN ('open', 'ignored')),
            changed AS (
                INSERT INTO advice (organization_id, kind, agent_id, words, expected, setting, proposed, unit, measure,
                    goal, bound, evidence, given_at, seen_at)
                SELECT organization_id, :kind, agent_id, words, expected, setting, proposed, unit, measure, goal, bound,
                    evidence::jsonb, :now, :now
                FROM given
                WHERE NOT EXISTS (
                    SELECT FROM advice
                    WHERE advice.organization_id = given.organization_id AND advice.agent_id = given.agent_id
                        AND advice.kind = :kind AND advice.state = 'refuted'
                        AND advice.verified_at > CAST(:now AS timestamptz) - interval '30 days')
                ON CONFLICT (organization_id, kind, agent_id) WHERE state IN ('open', 'ignored', 'taken') DO NOTHING
                RETURNING *)
            """ + TELL;

    private static final String GROUNDLESS = """
            UPDATE advice
            SET state = 'obsolete'
            WHERE kind = :kind AND state = 'open' AND seen_at < CAST(:now AS timestamptz) - interval '1 day'
            """;

    private static final String DUE = """
            SELECT organization_id, advice_id, agent_id, evidence::text AS evidence, taken_at
            FROM advice
            WHERE kind = :kind AND state = 'taken' AND taken_at <= :before
            ORDER BY organization_id, advice_id
            """;

    private static final String VERIFY = """
            WITH changed AS (
                UPDATE advice
                SET state = CASE WHEN :measured <= bound THEN 'confirmed' ELSE 'refuted' END,
                    measured = :measured, verified_at = :now
                WHERE organization_id = :organization AND advice_id = :advice AND state = 'taken'
                RETURNING *)
            """
            + TELL.replace(":type", "CASE state WHEN 'confirmed' THEN 'advice.confirmed' ELSE 'advice.refuted' END");

    private static final String UNMEASURED = """
            UPDATE advice
            SET state = 'obsolete'
            WHERE organization_id = :organization AND advice_id = :advice AND state = 'taken'
                AND taken_at < CAST(:now AS timestamptz) - interval '7 days'
            """;

    private final Database database;
    private final List<Adviser> advisers;

    public AdviceRound(Database database) {
        this(database, Adviser.ALL);
    }

    AdviceRound(Database database, List<Adviser> advisers) {
        this.database = database;
        this.advisers = advisers;
    }

    private record Taken(UUID id, AgentRef agent, String evidence, Instant at) {}

    /// One round over all kinds.
    ///
    /// @param now the database's time
    /// @return how much advice is new or was verified
    public int round(Instant now) {
        return advisers.stream()
                .mapToInt(adviser -> database.write(handle -> round(handle, adviser, now)))
                .sum();
    }

    private static int round(Handle handle, Adviser adviser, Instant now) {
        handle.createUpdate(TAKE.replace("SETTING", adviser.setting()))
                .bind("kind", adviser.kind())
                .bind("type", "advice.taken")
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .execute();
        int given = give(handle, adviser.kind(), adviser.find(handle, now), now);
        handle.createUpdate(GROUNDLESS)
                .bind("kind", adviser.kind())
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .execute();
        return given + verify(handle, adviser, now);
    }

    private static int give(Handle handle, String kind, List<Proposal> found, Instant now) {
        return handle.createUpdate(GIVE)
                .bind("kind", kind)
                .bind("type", "advice.given")
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(found, each -> each.agent().organization()))
                .bindArray(
                        "agents",
                        String.class,
                        column(found, each -> each.agent().id()))
                .bindArray("words", String.class, column(found, Proposal::words))
                .bindArray("expecteds", String.class, column(found, Proposal::expected))
                .bindArray("settings", String.class, column(found, Proposal::setting))
                .bindArray("proposeds", String.class, column(found, Proposal::proposed))
                .bindArray("units", String.class, column(found, Proposal::unit))
                .bindArray("measures", Double.class, column(found, Proposal::measure))
                .bindArray("goals", Double.class, column(found, Proposal::goal))
                .bindArray("bounds", Double.class, column(found, Proposal::bound))
                .bindArray("evidences", String.class, column(found, each -> Jsonb.text(each.evidence())))
                .execute();
    }

    private static int verify(Handle handle, Adviser adviser, Instant now) {
        Duration after = adviser.verifiedAfter();
        List<Taken> due = handle.createQuery(DUE)
                .bind("kind", adviser.kind())
                .bind("before", now.minus(after).atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Taken(
                        Columns.uuid(row, "advice_id"),
                        new AgentRef(Columns.uuid(row, "organization_id"), row.getString("agent_id")),
                        row.getString("evidence"),
                        Columns.instant(row, "taken_at")))
                .list();
        int verified = 0;
        for (Taken taken : due) {
            Double measured = adviser.measure(handle, taken.agent(), Jsonb.map(taken.evidence()), taken.at(), now);
            verified += verify(handle, taken, measured, now);
        }
        return verified;
    }

    private static int verify(Handle handle, Taken taken, @Nullable Double measured, Instant now) {
        if (measured == null) {
            handle.createUpdate(UNMEASURED)
                    .bind("organization", taken.agent().organization())
                    .bind("advice", taken.id())
                    .bind("now", now.atOffset(ZoneOffset.UTC))
                    .execute();
            return 0;
        }
        return handle.createUpdate(VERIFY)
                .bind("organization", taken.agent().organization())
                .bind("advice", taken.id())
                .bind("measured", measured)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
