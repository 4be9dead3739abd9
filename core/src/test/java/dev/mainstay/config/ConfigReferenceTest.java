package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.config.Samples.Program;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    record Tree(String name, List<Tree> children) {}

    @Test
    void every_key_is_listed_with_type_default_and_doc() {
        assertThat(lines(Program.class)).isEqualTo("""
                server | section | - | The HTTP server.
                server.port | whole number | 7070 | The port to listen on.
                server.hosts | list of text | localhost, 127.0.0.1 | Accepted host names.
                server.adminKey | secret | - | The key of the administrator.
                database | section | - | The database.
                database.url | text | - | The JDBC URL.
                database.poolSize | whole number | 10 | Connections.
                heartbeat | section | - | How agents report.
                heartbeat.interval | duration | 10s | How often an agent reports.
                agents | map of section | - | The agents by id.
                agents.<name>.kind | text | required | What the agent is.
                agents.<name>.interval | duration | 1m | Time between ticks.""");
    }

    @Test
    void every_key_that_fits_on_a_line_has_an_environment_variable() {
        var variables = ConfigReference.of(Program.class).stream()
                .filter(entry -> entry.variable() != null)
                .map(entry -> entry.key() + " " + entry.variable());

        assertThat(variables)
                .containsExactly(
                        "server.port MAINSTAY_SERVER_PORT",
                        "server.hosts MAINSTAY_SERVER_HOSTS",
                        "server.adminKey MAINSTAY_SERVER_ADMIN_KEY",
                        "database.url MAINSTAY_DATABASE_URL",
                        "database.poolSize MAINSTAY_DATABASE_POOL_SIZE",
                        "heartbeat.interval MAINSTAY_HEARTBEAT_INTERVAL");
    }

    @Test
    void a_record_that_holds_its_own_kind_is_listed_once() {
        assertThat(lines(Tree.class)).isEqualTo("""
                name | text | required |\s
                children | list of section | - |\s""");
    }

    private static String lines(Class<? extends Record> type) {
        return ConfigReference.of(type).stream()
                .map(entry -> String.join(
                        " | ",
                        entry.key(),
                        entry.type(),
                        entry.fallback() == null ? entry.required() ? "required" : "-" : entry.fallback(),
                        entry.doc()))
                .collect(Collectors.joining("\n"));
    }
}
