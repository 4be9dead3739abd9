package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionsFlowTest {
    private TestDatabase test;
    private Database database;
    private Partitions partitions;
    private Instant now;

    @BeforeEach
    void open() {
        test = TestDatabase.create();
        database = test.database();
        partitions = new Partitions(database);
        now = database.now();
    }

    @AfterEach
    void close() {
        test.close();
    }

    static String day(String table, Instant at) {
        return table + DateTimeFormatter.ofPattern("_yyyyMMdd").format(at.atOffset(ZoneOffset.UTC));
    }

    private List<String> partitionsOf(String table) {
        return partitionsOf(database, table);
    }

    static List<String> partitionsOf(Database database, String table) {
        return database.read(handle -> handle.createQuery(
                        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = :table::regclass ORDER BY 1")
                .bind("table", table)
                .mapTo(String.class)
                .list());
    }

    private void beat(Instant at) {
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO performance_metrics (organization_id, series_id, at, value)
                        VALUES (:organization, 1, :at, 1)
                        """)
                .bind("organization", Organizations.DEFAULT)
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .execute());
    }

    private List<String> homesOfMetrics() throws SQLException {
        try (Connection superuser = test.superuser();
                Statement statement = superuser.createStatement();
                var rows = statement.executeQuery(
                        "SELECT string_agg(tableoid::regclass::text, ',' ORDER BY at) FROM performance_metrics")) {
            rows.next();
            String homes = rows.getString(1);
            return homes == null ? List.of() : List.of(homes.split(","));
        }
    }

    @Test
    void today_and_three_days_ahead_are_made_and_making_them_again_changes_nothing() {
        partitions.maintain(Retention.DEFAULT);
        List<String> first = partitionsOf("agent_heartbeats");
        partitions.maintain(Retention.DEFAULT);

        assertThat(first)
                .contains(day("agent_heartbeats", now), day("agent_heartbeats", now.plus(Duration.ofDays(3))))
                .contains("agent_heartbeats_default")
                .hasSize(5);
        assertThat(partitionsOf("agent_heartbeats")).isEqualTo(first);
        assertThat(partitionsOf("agent_metrics_1h")).anyMatch(name -> name.matches("agent_metrics_1h_\\d{6}"));
    }

    @Test
    void rows_without_a_partition_are_kept_and_move_when_it_is_made() throws SQLException {
        Instant later = now.plus(Duration.ofDays(20));
        beat(later);
        assertThat(homesOfMetrics()).containsExactly("performance_metrics_default");

        assertThat(partitions.create(later, later)).isPositive();

        assertThat(homesOfMetrics()).containsExactly(day("performance_metrics", later));
    }

    @Test
    void events_keep_their_numbers_when_they_move() {
        Instant later = now.plus(Duration.ofDays(20));
        for (int i = 0; i < 2; i++) {
            database.write(handle -> handle.createUpdate(
                            "INSERT INTO system_events (organization_id, at, type, severity) VALUES (:organization, :at, 't', 'info')")
                    .bind("organization", Organizations.DEFAULT)
                    .bind("at", later.atOffset(ZoneOffset.UTC))
                    .execute());
            partitions.create(later, later);
        }

        int numbers = database.read(handle -> handle.createQuery("SELECT count(DISTINCT id) FROM system_events")
                .mapTo(Integer.class)
                .one());

        assertThat(numbers).isEqualTo(2);
    }

    @Test
    void what_is_past_its_retention_is_dropped_and_the_rest_stays() throws SQLException {
        Instant old = now.minus(Duration.ofDays(10));
        Instant recent = now.minus(Duration.ofDays(6));
        Instant withoutPartition = now.minus(Duration.ofDays(100));
        partitions.create(old, recent);
        for (Instant at : List.of(old, recent, withoutPartition)) {
            beat(at);
        }

        partitions.maintain(Retention.DEFAULT);

        assertThat(homesOfMetrics()).containsExactly(day("performance_metrics", recent));
        assertThat(partitionsOf("performance_metrics"))
                .contains(day("performance_metrics", now.minus(Duration.ofDays(7))))
                .doesNotContain(day("performance_metrics", now.minus(Duration.ofDays(8))));
    }

    @Test
    void making_ahead_drops_nothing() {
        Instant old = now.minus(Duration.ofDays(10));
        partitions.create(old, old);

        partitions.makeAhead();

        assertThat(partitionsOf("performance_metrics"))
                .contains(day("performance_metrics", old), day("performance_metrics", now.plus(Duration.ofDays(3))));
    }

    @Test
    void a_reader_delays_a_drop_and_breaks_nothing() throws SQLException {
        Instant old = now.minus(Duration.ofDays(10));
        partitions.create(old, old);
        try (Connection reader = test.superuser();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM agent_heartbeats");
            partitions.maintain(Retention.DEFAULT);
            assertThat(partitionsOf("agent_heartbeats")).contains(day("agent_heartbeats", old));
            reader.rollback();
        }

        partitions.maintain(Retention.DEFAULT);

        assertThat(partitionsOf("agent_heartbeats")).doesNotContain(day("agent_heartbeats", old));
    }

    @Test
    void the_engine_can_drop_neither_the_present_nor_a_table() {
        assertThatThrownBy(() -> database.read(handle -> handle.createQuery(
                                "SELECT partition_drop('system_events', now() + interval '9 days')")
                        .mapTo(String.class)
                        .one()))
                .hasMessageContaining("is in the future");
        assertThatThrownBy(() -> database.read(handle -> handle.execute("DROP TABLE system_events_default")))
                .hasMessageContaining("must be owner");
        assertThatThrownBy(() -> database.read(handle -> handle.execute("SELECT partition_create('agents', now())")))
                .hasMessageContaining("no rows");
    }

    @Test
    void retention_is_never_shorter_than_a_partition() {
        assertThatThrownBy(() -> new Retention(
                        Duration.ofHours(2),
                        Duration.ofDays(7),
                        Duration.ofDays(30),
                        Duration.ofDays(730),
                        Duration.ofDays(90),
                        Duration.ofDays(30),
                        Duration.ofDays(7),
                        Duration.ofDays(90)))
                .hasMessageContaining("retention.heartbeats must be at least 1 day");
    }
}
