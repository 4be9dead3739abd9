package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class CopyRowsFlowTest {
    private static final UUID ID = UUID.fromString("7b3c1a52-90ab-4cde-8f01-23456789abcd");

    private static TestDatabase test;
    private static Connection connection;

    private final CopyRows rows = new CopyRows("copied", "id", "small", "big", "number", "at", "words", "document");

    @BeforeAll
    static void open() throws SQLException {
        test = TestDatabase.create();
        connection = test.superuser();
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
        test.close();
    }

    @BeforeEach
    void makeTable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS copied");
            statement.execute("""
                    CREATE TABLE copied (id uuid, small int4, big bigint, number float8, at timestamptz, words text CHECK (words <> 'bad'),
                                         document jsonb)
                    """);
        }
    }

    private long flush() throws SQLException {
        return rows.flushTo(connection.unwrap(PGConnection.class));
    }

    private static String json() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT coalesce(json_agg(copied)::text, '') FROM copied")) {
            row.next();
            return row.getString(1);
        }
    }

    private void add(String words) {
        rows.row()
                .uuid(ID)
                .int4(1)
                .bigint(2)
                .float8(3)
                .timestamptz(Instant.EPOCH)
                .text(words)
                .jsonb("{}");
    }

    @Test
    void every_type_arrives_as_it_was() throws SQLException {
        Instant at = Instant.parse("1999-12-31T23:59:59.123456789Z");
        rows.row()
                .uuid(ID)
                .int4(Integer.MIN_VALUE)
                .bigint(Long.MAX_VALUE)
                .float8(-0.1)
                .timestamptz(at)
                .text("plain")
                .jsonb("{\"a\":[1]}");

        assertThat(flush()).isEqualTo(1);

        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM copied")) {
            row.next();
            assertThat(row.getObject("id", UUID.class)).isEqualTo(ID);
            assertThat(row.getInt("small")).isEqualTo(Integer.MIN_VALUE);
            assertThat(row.getLong("big")).isEqualTo(Long.MAX_VALUE);
            assertThat(row.getDouble("number")).isEqualTo(-0.1);
            assertThat(row.getObject("at", OffsetDateTime.class).toInstant())
                    .isEqualTo(Instant.parse("1999-12-31T23:59:59.123456Z"));
            assertThat(row.getString("words")).isEqualTo("plain");
            assertThat(row.getString("document")).isEqualTo("{\"a\": [1]}");
        }
    }

    @Test
    void null_stays_null_and_empty_stays_empty() throws SQLException {
        rows.row()
                .uuid(null)
                .nothing()
                .nothing()
                .nothing()
                .timestamptz(null)
                .text(null)
                .jsonb(null);
        rows.row()
                .uuid(null)
                .nothing()
                .nothing()
                .nothing()
                .timestamptz(null)
                .text("")
                .jsonb(null);

        assertThat(flush()).isEqualTo(2);

        assertThat(json()).contains("\"words\":null").contains("\"words\":\"\"");
    }

    @Test
    void texts_beyond_ascii_arrive_whole() throws SQLException {
        for (String words : new String[] {"é", "naïve façade", "日本語", "🛟 a lifebuoy"}) {
            rows.clear();
            add(words);
            rows.dropRow();
            add(words);
            flush();
            assertThat(json()).contains("\"" + words + "\"");
        }
    }

    @Test
    void a_text_larger_than_the_array_makes_it_grow() throws SQLException {
        String large = "x".repeat(1_000_000);
        for (int i = 0; i < 5; i++) {
            add(large);
        }
        assertThat(rows.size()).isGreaterThan(5_000_000);
        assertThat(flush()).isEqualTo(5);
        assertThat(json().length()).isGreaterThan(5_000_000);
    }

    @Test
    void a_nul_character_is_refused_and_its_row_can_be_dropped() throws SQLException {
        add("good");
        assertThatThrownBy(() -> add("b\0d")).hasMessageContaining("NUL");
        rows.dropRow();

        assertThat(rows.rows()).isEqualTo(1);
        assertThat(flush()).isEqualTo(1);
    }

    @Test
    void a_row_with_a_field_too_few_never_reaches_the_server() {
        rows.row().uuid(ID);

        assertThatThrownBy(this::flush).hasMessageContaining("lacks 6 fields");
    }

    @Test
    void refused_rows_stay_and_the_connection_can_be_used_on() throws SQLException {
        add("good");
        add("bad");

        assertThatThrownBy(this::flush).hasMessageContaining("copied_words_check");

        assertThat(rows.rows()).isEqualTo(2);
        assertThat(json()).isEmpty();
    }

    @Test
    void flushing_nothing_sends_nothing() throws SQLException {
        assertThat(flush()).isZero();
    }
}
