package dev.mainstay.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class TestPostgresFlowTest {
    private final TestPostgres server = TestPostgres.shared();

    @Test
    void there_is_one_server_a_jvm() {
        assertThat(TestPostgres.shared()).isSameAs(server);
    }

    @Test
    void a_database_is_made_copied_and_dropped_even_while_it_is_used() throws Exception {
        server.createDatabase("flow_original", null);
        try (var connection = DriverManager.getConnection(
                        server.url("flow_original"), server.superuser(), server.password());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE answers AS SELECT 42 AS answer");
        }
        server.createDatabase("flow_copy", "flow_original");
        try (var connection =
                        DriverManager.getConnection(server.url("flow_copy"), server.superuser(), server.password());
                var statement = connection.createStatement()) {
            assertThat(statement.executeQuery("SELECT answer FROM answers").next())
                    .isTrue();
            server.dropDatabase("flow_copy");
            assertThatThrownBy(() -> statement.execute("SELECT 1")).hasMessageContaining("terminating connection");
        }
        server.dropDatabase("flow_original");
    }

    @Test
    void a_name_that_needs_quoting_is_refused() {
        assertThatThrownBy(() -> server.createDatabase("a\" b", null)).hasMessageContaining("a\" b");
    }
}
