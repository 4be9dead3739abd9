package dev.mainstay.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Heartbeats from the caller to the lease, to history, and back.
class HeartbeatsFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final UUID OTHER = UUID.fromString("00000000-0000-0000-0000-000000000002");
    private static final String IN_DEFAULT =
            "SELECT agent_id FROM agent_heartbeats WHERE tableoid = 'agent_heartbeats_default'::regclass";
    private final TestDatabase test = TestDatabase.create();
    private final Instant now = test.database().now().truncatedTo(ChronoUnit.MICROS);

    @BeforeEach
    void partition() {
        new Partitions(test.database()).maintain(Retention.DEFAULT);
        for (UUID organization : List.of(Organizations.DEFAULT, OTHER)) {
            for (String agent : List.of("shop", "stock")) {
                sql(
                        "INSERT INTO agent_leases (organization_id, agent_id, fence) VALUES (?, ?, 7)",
                        organization,
                        agent);
            }
        }
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private void sql(String statement, Object... values) {
        test.database().write(handle -> handle.execute(statement, values));
    }

    private List<String> stored(String query) {
        return test.database()
                .read(handle -> handle.createQuery(query).mapTo(String.class).list());
    }

    private static Heartbeat beat(
            UUID organization, String agent, long fence, long sequence, Instant at, @Nullable String error) {
        var counts = new TickCounts(2, error == null ? 0 : 2, 3, 8, 5, 1, 0, 1, error == null ? 0 : 2);
        return new Heartbeat(new AgentRef(organization, agent), fence, sequence, at, AgentPhase.WORKING, counts, error);
    }

    private void store(Heartbeat... beats) {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            List.of(beats).forEach(telemetry::heartbeat);
            telemetry.awaitStored(BOUND);
        }
    }

    @Test
    void a_heartbeat_is_the_newest_on_its_lease_and_a_row_of_history() {
        store(
                beat(Organizations.DEFAULT, "shop", 7, 1, now.minusSeconds(2), "down"),
                beat(OTHER, "shop", 7, 1, now.minusSeconds(1), null),
                beat(Organizations.DEFAULT, "shop", 7, 2, now, null),
                beat(Organizations.DEFAULT, "stock", 7, 5, now, "out of stock"));
        assertThat(stored("""
                SELECT concat_ws(' ', right(organization_id::text, 1), agent_id, sequence, phase, ticks, failures, items,
                    restarts, failing, last_duration_ms, last_error, beat_at = to_timestamp(%s))
                FROM agent_leases
                WHERE sequence > 0
                ORDER BY organization_id, agent_id
                """.formatted(now.getEpochSecond() + "." + "%06d".formatted(now.getNano() / 1_000))))
                .containsExactly(
                        "1 shop 2 working 4 2 6 2 0 5 t",
                        "1 stock 5 working 2 2 3 1 2 5 out of stock t",
                        "2 shop 1 working 2 0 3 1 0 5 f");
        assertThat(stored("""
                SELECT concat_ws(' ', right(organization_id::text, 1), agent_id, sequence, fence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, minute = date_trunc('minute', at))
                FROM agent_heartbeats
                ORDER BY organization_id, agent_id, sequence
                """))
                .containsExactly(
                        "1 shop 1 7 working 2 2 3 8 5 1 t",
                        "1 shop 2 7 working 2 0 3 8 5 1 t",
                        "1 stock 5 7 working 2 2 3 8 5 1 t",
                        "2 shop 1 7 working 2 0 3 8 5 1 t");
    }

    @Test
    void a_heartbeat_of_a_lost_fence_changes_nothing_and_is_no_history_whoever_comes_with_it() {
        store(
                beat(Organizations.DEFAULT, "shop", 6, 1, now, "stale"),
                beat(Organizations.DEFAULT, "stock", 7, 1, now, null),
                beat(OTHER, "nobody", 7, 1, now, null));
        assertThat(stored("SELECT agent_id FROM agent_leases WHERE sequence > 0 OR last_error IS NOT NULL"))
                .containsExactly("stock");
        assertThat(stored("SELECT agent_id FROM agent_heartbeats")).containsExactly("stock");
        store(beat(Organizations.DEFAULT, "shop", 6, 2, now, null));
        assertThat(stored("SELECT agent_id FROM agent_heartbeats")).containsExactly("stock");
    }

    @Test
    void history_of_a_day_without_a_partition_is_kept_until_there_is_one() {
        Instant old = now.minus(Duration.ofDays(40));
        store(
                beat(Organizations.DEFAULT, "shop", 7, 1, old, null),
                beat(Organizations.DEFAULT, "stock", 7, 1, now, null));
        assertThat(stored(IN_DEFAULT)).containsExactly("shop");
        new Partitions(test.database()).create(old, old);
        assertThat(stored(IN_DEFAULT)).isEmpty();
        assertThat(stored("SELECT agent_id FROM agent_heartbeats WHERE minute < now() - interval '39 days'"))
                .containsExactly("shop");
    }

    @Test
    void a_heartbeat_that_cannot_even_be_sent_is_left_out_counted_and_holds_up_nothing() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.heartbeat(beat(Organizations.DEFAULT, "shop", 7, 1, Instant.MAX, null));
            telemetry.heartbeat(beat(Organizations.DEFAULT, "stock", 7, 1, now, null));
            telemetry.awaitStored(BOUND);
            assertThat(telemetry.refused()).isEqualTo(1);
        }
        assertThat(stored("SELECT agent_id FROM agent_heartbeats")).containsExactly("stock");
    }

    @Test
    void heartbeats_whose_commit_went_unanswered_are_not_stored_twice() {
        var writer = new TelemetryWriter(test.database(), new SeriesTable(test.database(), metric -> {}));
        var batch = new TelemetryBatch(10);
        batch.heartbeats.add(beat(Organizations.DEFAULT, "shop", 7, 1, now, null));
        writer.store(batch);
        writer.forgetAnswer();
        writer.store(batch);
        assertThat(stored("SELECT ticks::text FROM agent_leases WHERE sequence > 0"))
                .containsExactly("2");
        assertThat(stored("SELECT agent_id FROM agent_heartbeats")).containsExactly("shop");
    }

    @Test
    void one_agents_heartbeats_are_read_newest_first_page_by_page_across_minutes_days_and_gaps() {
        List<Heartbeat> beats = new ArrayList<>();
        LongStream.range(0, 50)
                .mapToObj(n -> beat(Organizations.DEFAULT, "shop", 7, 50 - n, now.minusSeconds(17 * n), null))
                .forEach(beats::add);
        beats.add(beat(Organizations.DEFAULT, "shop", 7, 0, now.minus(Duration.ofHours(30)), null));
        beats.add(beat(Organizations.DEFAULT, "stock", 7, 99, now, null));
        beats.add(beat(OTHER, "shop", 7, 99, now, null));
        store(beats.toArray(new Heartbeat[0]));
        List<Long> read = new ArrayList<>();
        Optional<HeartbeatQueries.After> after = Optional.empty();
        do {
            List<HeartbeatRow> page = page(Instant.EPOCH, now.plusSeconds(1), after);
            page.forEach(row -> read.add(row.sequence()));
            after = page.size() < 7
                    ? Optional.empty()
                    : Optional.of(new HeartbeatQueries.After(
                            page.getLast().at(),
                            page.getLast().fence(),
                            page.getLast().sequence()));
        } while (after.isPresent());
        assertThat(read)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(0, 50).mapToObj(n -> 50 - n).toList());
        assertThat(page(now.minusSeconds(17), now, Optional.empty()))
                .extracting(HeartbeatRow::sequence)
                .containsExactly(49L);
    }

    private List<HeartbeatRow> page(Instant from, Instant to, Optional<HeartbeatQueries.After> after) {
        return HeartbeatQueries.page(test.database().api(Organizations.DEFAULT), "shop", from, to, after, 7);
    }
}
