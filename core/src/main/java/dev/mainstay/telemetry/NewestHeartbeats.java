package dev.mainstay.telemetry;

import static dev.mainstay.postgres.Columns.column;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/// Writes heartbeats onto the leases of their agents, only while the fence holds. Stateless and thread-safe.
///
/// Ten thousand a second go this way, so the statement is made to cost little: numbers travel as binary arrays and are
/// taken out by position, which unlike `unnest` copies nothing; an organization is named once; texts that are mostly
/// missing are left out.
public final class NewestHeartbeats {
    /// `errors` ends with the last error there is; `unnest` fills up with NULL.
    private static final String STORE = """
            WITH given AS (
                SELECT CAST(:organizations AS uuid[]) AS organizations, CAST(:places AS integer[]) AS places,
                    CAST(:agents AS text[]) AS agents, CAST(:errors AS text[]) AS errors,
                    CAST(:fences AS bigint[]) AS fences, CAST(:sequences AS bigint[]) AS sequences,
                    CAST(:seconds AS float8[]) AS seconds, CAST(:phases AS integer[]) AS phases,
                    CAST(:words AS text[]) AS words, CAST(:ticks AS integer[]) AS ticks,
                    CAST(:failures AS integer[]) AS failures, CAST(:items AS bigint[]) AS items,
                    CAST(:longest AS float8[]) AS longest, CAST(:abandoned AS integer[]) AS abandoned,
                    CAST(:restarts AS integer[]) AS restarts, CAST(:failing AS integer[]) AS failing),
            held AS (
                UPDATE agent_leases lease
                SET beat_at = to_timestamp(given.seconds[number]),
                    sequence = given.sequences[number],
                    phase = given.words[given.phases[number]],
                    ticks = lease.ticks + given.ticks[number],
                    failures = lease.failures + given.failures[number],
                    items = lease.items + least(given.items[number], 9223372036854775807 - lease.items),
                    abandoned = lease.abandoned + given.abandoned[number],
                    restarts = lease.restarts + given.restarts[number],
                    failing = least(given.failing[number], 3),
                    last_duration_ms = CASE WHEN given.ticks[number] > 0 THEN given.longest[number]
                        ELSE lease.last_duration_ms END,
                    last_error = CASE WHEN beat.error IS NOT NULL THEN beat.error
                        WHEN given.ticks[number] > given.failures[number] THEN NULL
                        ELSE lease.last_error END
                FROM given, unnest(given.agents, given.errors) WITH ORDINALITY AS beat (agent_id, error, number)
                WHERE lease.organization_id = given.organizations[given.places[number]]
                    AND lease.agent_id = beat.agent_id
                    AND lease.fence = given.fences[number]
                RETURNING beat.number::integer AS number)
            SELECT count(*), CASE WHEN count(*) < :size THEN array_agg(number ORDER BY number) END AS held
            FROM held
            """;

    private static final StatementCustomizer PLANNED_EACH_TIME = new StatementCustomizer() {
        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };

    private static final List<String> WORDS =
            Stream.of(AgentPhase.values()).map(AgentPhase::word).toList();
    private static final double MICROS = 1e6;

    /// `beats` names each agent once. The answer is those whose fence held.
    public List<Heartbeat> store(Handle handle, List<Heartbeat> beats) {
        Map<UUID, Integer> places = new LinkedHashMap<>();
        List<Integer> placed =
                column(beats, beat -> places.computeIfAbsent(beat.agent().organization(), any -> places.size() + 1));
        Query query = handle.createQuery(STORE)
                .bindArray("organizations", UUID.class, places.keySet())
                .bindArray("places", Integer.class, placed)
                .bindArray("words", String.class, WORDS)
                .bindArray("errors", String.class, errors(beats))
                .bind("size", beats.size());
        bind(query, beats);
        // A plan kept for all sizes is made for few heartbeats: one look into the index for each. One made for these
        // reads many of them at once.
        query.addCustomizer(PLANNED_EACH_TIME);
        return query.map((row, context) -> held(row, beats)).one();
    }

    private static void bind(Query query, List<Heartbeat> beats) {
        query.bindArray(
                        "agents",
                        String.class,
                        column(beats, beat -> beat.agent().id()))
                .bindArray("fences", Long.class, column(beats, Heartbeat::fence))
                .bindArray("sequences", Long.class, column(beats, Heartbeat::sequence))
                .bindArray("seconds", Double.class, column(beats, beat -> Telemetry.micros(beat.at()) / MICROS))
                .bindArray(
                        "phases",
                        Integer.class,
                        column(beats, beat -> WORDS.indexOf(beat.phase().word()) + 1))
                .bindArray(
                        "ticks",
                        Integer.class,
                        column(beats, beat -> beat.since().ticks()))
                .bindArray(
                        "failures",
                        Integer.class,
                        column(beats, beat -> beat.since().failures()))
                .bindArray(
                        "items", Long.class, column(beats, beat -> beat.since().items()))
                .bindArray(
                        "longest",
                        Double.class,
                        column(beats, beat -> beat.since().maxMillis()))
                .bindArray(
                        "abandoned",
                        Integer.class,
                        column(beats, beat -> beat.since().abandoned()))
                .bindArray(
                        "restarts",
                        Integer.class,
                        column(beats, beat -> beat.since().restarts()))
                .bindArray(
                        "failing",
                        Integer.class,
                        column(beats, beat -> beat.since().failing()));
    }

    private static List<@Nullable String> errors(List<Heartbeat> beats) {
        int size = beats.size();
        while (size > 0 && beats.get(size - 1).lastError() == null) {
            size--;
        }
        List<@Nullable String> errors = new ArrayList<>(size);
        beats.subList(0, size).forEach(beat -> errors.add(beat.lastError()));
        return errors;
    }

    /// The numbers of those held, from one on; nothing when all are.
    private static List<Heartbeat> held(ResultSet row, List<Heartbeat> beats) throws SQLException {
        Array numbers = row.getArray("held");
        if (numbers == null) {
            return row.getLong("count") == 0 ? List.of() : beats;
        }
        return column(List.of((Integer[]) numbers.getArray()), number -> beats.get(number - 1));
    }
}
