package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RolesFlowTest {
    private static void assertRefused(ErrorCode code, ThrowingCallable opening, String... words) {
        assertThatThrownBy(opening)
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .message()
                .contains(words)
                .doesNotContain("s3cret");
    }

    @Test
    void what_an_administrator_runs_once_is_enough_for_a_user_who_may_create_nothing() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            DatabaseConfig config = DatabaseConfig.at(planned.url())
                    .owner("owner_" + planned.name(), "s3cret")
                    .roles(planned.engineRole(), planned.apiRole())
                    .build();
            String script = new Roles(config).initSql();
            String connect = "\\connect \"" + planned.name() + "\"\n";
            assertThat(script)
                    .contains(connect)
                    .doesNotContain("s3cret")
                    .doesNotContain(config.engine().password());
            // psql sends statements one by one; CREATE DATABASE must not share a transaction with others.
            for (String statement : script.substring(0, script.indexOf(connect)).split(";\n", -1)) {
                planned.asSuperuser("postgres", statement);
            }
            planned.asSuperuser(planned.name(), script.substring(script.indexOf(connect) + connect.length()));

            try (Database database = Database.open(config)) {
                assertThat(database.api(Organizations.DEFAULT)
                                .list("SELECT current_user::text", Map.of(), (row, context) -> row.getString(1)))
                        .containsExactly(planned.apiRole());
                new Partitions(database).maintain(Retention.DEFAULT);
            }
        }
    }

    @Test
    void a_user_who_may_create_roles_needs_no_administrator() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            String owner = "owner_" + planned.name();
            planned.asSuperuser("postgres", "CREATE ROLE " + owner + " LOGIN CREATEROLE PASSWORD 's3cret'");
            planned.asSuperuser("postgres", "CREATE DATABASE " + planned.name() + " OWNER " + owner);

            try (Database database =
                    Database.open(planned.config().owner(owner, "s3cret").build())) {
                assertThat(database.isAvailable()).isTrue();
            }
        }
    }

    @Test
    void what_is_still_needed_outlives_its_day_also_where_the_owner_is_no_superuser() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            String owner = "owner_" + planned.name();
            planned.asSuperuser("postgres", "CREATE ROLE " + owner + " LOGIN CREATEROLE PASSWORD 's3cret'");
            planned.asSuperuser("postgres", "CREATE DATABASE " + planned.name() + " OWNER " + owner);
            try (Database database =
                    Database.open(planned.config().owner(owner, "s3cret").build())) {
                Instant old = database.now().minus(Duration.ofDays(10));
                Partitions partitions = new Partitions(database);
                partitions.create(old, old);
                planned.asSuperuser(planned.name(), """
                        SET search_path = mainstay;
                        INSERT INTO messages (organization_id, position, id, channel, body)
                        SELECT '00000000-0000-0000-0000-000000000001', message_position(now() - interval '10 days') + number,
                            gen_random_uuid(), 'old', to_jsonb(number)
                        FROM generate_series(1, 3) AS number;
                        INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
                        SELECT organization_id, 'billing', position, 1, 'no' FROM messages WHERE body = '2';
                        INSERT INTO message_groups (organization_id, name, channels, keys, ordered, max_attempts, ack_within,
                            positions)
                        VALUES ('00000000-0000-0000-0000-000000000001', 'late', '{old}', '#', true, 5, '30 s', '{0,0,0,0}')
                        """);

                partitions.maintain(Retention.DEFAULT);

                List<String> kept = database.read(handle -> handle.createQuery("SELECT body::text FROM messages")
                        .mapTo(String.class)
                        .list());
                assertThat(kept).containsExactly("2");
                long missed = database.read(handle -> handle.createQuery("SELECT missed FROM message_groups")
                        .mapTo(Long.class)
                        .one());
                assertThat(missed).isEqualTo(3);
            }
        }
    }

    @Test
    void a_user_who_may_not_is_told_what_an_administrator_runs() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            String owner = "owner_" + planned.name();
            planned.asSuperuser("postgres", "CREATE ROLE " + owner + " LOGIN PASSWORD 's3cret'");
            planned.asSuperuser("postgres", "CREATE DATABASE " + planned.name() + " OWNER " + owner);

            assertRefused(
                    ErrorCode.DATABASE_ROLE,
                    () -> Database.open(planned.config().owner(owner, "s3cret").build()),
                    "may not create roles",
                    "mainstay db init --print-sql");
        }
    }

    @Test
    void a_user_who_may_not_change_a_password_is_told_what_an_administrator_runs() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            String owner = "owner_" + planned.name();
            planned.asSuperuser("postgres", "CREATE ROLE " + owner + " LOGIN PASSWORD 's3cret'");
            planned.asSuperuser("postgres", "CREATE ROLE " + planned.engineRole() + " LOGIN PASSWORD 'other'");
            planned.asSuperuser("postgres", "CREATE ROLE " + planned.apiRole() + " LOGIN PASSWORD 'other'");
            planned.asSuperuser("postgres", "CREATE DATABASE " + planned.name() + " OWNER " + owner);
            DatabaseConfig config = planned.config().owner(owner, "s3cret").build();

            assertRefused(
                    ErrorCode.DATABASE_ROLE,
                    () -> Database.open(config),
                    "has another password",
                    "permission denied to alter role",
                    "mainstay db init --print-sql");

            String script = new Roles(config).initSql();
            String before = script.substring(0, script.indexOf("\\connect"));
            for (String statement : before.split(";\n", -1)) {
                if (!statement.startsWith("CREATE DATABASE")) {
                    planned.asSuperuser("postgres", statement);
                }
            }
            Database.open(config).close();
        }
    }

    @Test
    void the_sessions_of_both_roles_are_bounded_without_anything_set_on_a_session() {
        try (TestDatabase test = TestDatabase.create()) {
            String settings = """
                    SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
                                     current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'))
                    """;

            String ofEngine = test.database()
                    .read(handle ->
                            handle.createQuery(settings).mapTo(String.class).one());

            assertThat(ofEngine).isEqualTo("30s 5s 10s mainstay/test/engine");
            assertThat(test.database()
                            .api(Organizations.DEFAULT)
                            .list(settings, Map.of(), (row, context) -> row.getString(1)))
                    .containsExactly("10s 2s 10s mainstay/test/api");
        }
    }

    @Test
    void roles_that_row_level_security_does_not_bind_are_refused() throws SQLException {
        try (EmptyDatabase empty = EmptyDatabase.create()) {
            Database.open(empty.config().build()).close();

            empty.asSuperuser("postgres", "ALTER ROLE " + empty.apiRole() + " BYPASSRLS");
            assertRefused(
                    ErrorCode.DATABASE_ROLE, () -> Database.open(empty.config().build()), "BYPASSRLS");

            empty.asSuperuser("postgres", "ALTER ROLE " + empty.apiRole() + " NOBYPASSRLS SUPERUSER");
            assertRefused(
                    ErrorCode.DATABASE_ROLE, () -> Database.open(empty.config().build()), "is a superuser");

            empty.asSuperuser("postgres", "ALTER ROLE " + empty.apiRole() + " NOSUPERUSER");
            empty.asSuperuser(empty.name(), "ALTER TABLE mainstay.agents OWNER TO " + empty.engineRole());
            assertRefused(
                    ErrorCode.DATABASE_ROLE, () -> Database.open(empty.config().build()), "owns the tables");
        }
    }

    @Test
    void derived_passwords_follow_when_the_owners_changes() throws SQLException {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            String owner = "owner_" + planned.name();
            planned.asSuperuser("postgres", "CREATE ROLE " + owner + " LOGIN CREATEROLE PASSWORD 's3cret'");
            planned.asSuperuser("postgres", "CREATE DATABASE " + planned.name() + " OWNER " + owner);
            Database.open(planned.config().owner(owner, "s3cret").build()).close();
            planned.asSuperuser("postgres", "ALTER ROLE " + owner + " PASSWORD 'changed'");

            try (Database database =
                    Database.open(planned.config().owner(owner, "changed").build())) {
                assertThat(database.isAvailable()).isTrue();
            }
        }
    }

    @Test
    void a_wrong_password_names_the_user_and_never_the_password() {
        try (TestDatabase test = TestDatabase.create()) {
            assertRefused(
                    ErrorCode.DATABASE_AUTH,
                    () -> Database.open(
                            test.config().owner("postgres", "s3cret").build()),
                    "refused user postgres",
                    "pg_hba.conf");
            assertRefused(
                    ErrorCode.DATABASE_AUTH,
                    () -> Database.open(
                            test.config().api("mainstay_api", "s3cret").build()),
                    "refused user mainstay_api");
        }
    }

    @Test
    void a_database_that_does_not_exist_is_named() {
        try (EmptyDatabase planned = EmptyDatabase.named()) {
            assertRefused(
                    ErrorCode.DATABASE_MISSING,
                    () -> Database.open(planned.config().build()),
                    planned.name(),
                    "mainstay db init --print-sql");
        }
    }

    @Test
    void nobody_there_is_unreachable() {
        assertRefused(
                ErrorCode.DATABASE_UNREACHABLE,
                () -> Database.open(DatabaseConfig.at("postgresql://127.0.0.1:1/fleet")
                        .owner("o", "s3cret")
                        .build()),
                "127.0.0.1:1/fleet");
    }

    @Test
    void a_read_only_database_is_refused_before_anything_is_tried() throws SQLException {
        try (EmptyDatabase empty = EmptyDatabase.create()) {
            empty.asSuperuser("postgres", "ALTER DATABASE " + empty.name() + " SET default_transaction_read_only = on");

            assertRefused(
                    ErrorCode.DATABASE_READ_ONLY,
                    () -> Database.open(empty.config().build()),
                    "targetServerType=primary");
        }
    }

    @Test
    void a_server_too_old_is_refused() {
        assertRefused(
                ErrorCode.DATABASE_VERSION,
                () -> new Server(140_011, false, false).requireUsable("host:5432/fleet"),
                "version 14",
                "needs 15 or newer");
    }
}
