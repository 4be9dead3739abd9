package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.config.Samples.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LayersTest {

    @Test
    void flags_win_over_environment_over_file_over_defaults_and_each_value_knows_where_it_is_from() {
        var environment = Map.of(
                "MAINSTAY_DATABASE_POOL_SIZE", "20",
                "MAINSTAY_SERVER_HOSTS", "a.example, b.example",
                "MAINSTAY_HOME", "/opt",
                "PATH", "/bin");
        var settings = YamlSettings.parse("mainstay.yml", """
                        server: {port: 8080}
                        database: {poolSize: 5, url: jdbc}
                        heartbeat:
                        agents: {shop: {kind: http-check}}
                        """)
                .overlay(EnvironmentLayer.of(Program.class, environment, Set.of("MAINSTAY_HOME")))
                .overlay(Setting.at("server.port", Setting.of(7071, Origin.flag("--port"))));

        var shown = new StringBuilder();
        DefaultLayer.under(Program.class, settings)
                .flatten()
                .forEach((key, value) -> shown.append("%s = %s (%s)\n".formatted(key, value.text(), value.origin())));

        assertThat(shown.toString()).isEqualTo("""
                server.port = 7071 (flag --port)
                server.hosts[0] = a.example (environment MAINSTAY_SERVER_HOSTS)
                server.hosts[1] = b.example (environment MAINSTAY_SERVER_HOSTS)
                database.url = jdbc (mainstay.yml:2)
                database.poolSize = 20 (environment MAINSTAY_DATABASE_POOL_SIZE)
                heartbeat.interval = 10s (default)
                agents.shop.kind = http-check (mainstay.yml:4)
                agents.shop.interval = 1m (default)
                """);
        var program = new RecordBinder(environment).bind(Program.class, settings);
        assertThat(program.server().port()).isEqualTo(7071);
        assertThat(program.server().hosts()).containsExactly("a.example", "b.example");
        assertThat(program.database().poolSize()).isEqualTo(20);
    }

    record Tls(String certificate, @Default("443") int port) {}

    record Listener(@Nullable Tls tls, Optional<Tls> fallback, List<Tls> others) {}

    @Test
    void defaults_do_not_bring_an_absent_section_into_being() {
        var absent = YamlSettings.parse("a.yml", "");
        var present = YamlSettings.parse(
                "a.yml", "tls: {certificate: x}\nfallback: {certificate: y}\nothers: [{port: 1}, {}]");

        assertThat(DefaultLayer.under(Listener.class, absent).flatten()).isEmpty();
        assertThat(DefaultLayer.under(Listener.class, present).flatten().keySet())
                .containsExactly(
                        "tls.certificate",
                        "tls.port",
                        "fallback.certificate",
                        "fallback.port",
                        "others[0].port",
                        "others[1].port");
        assertThat(new RecordBinder(Map.of()).bind(Listener.class, absent))
                .isEqualTo(new Listener(null, Optional.empty(), List.of()));
    }

    @Test
    void a_mistake_in_a_flag_or_variable_names_it() {
        var layers = EnvironmentLayer.of(Program.class, Map.of("MAINSTAY_SERVER_PORT", "web"), Set.of())
                .overlay(Setting.at("heartbeat.interval", Setting.of("-5s", Origin.flag("--interval"))));

        assertThatThrownBy(() -> new RecordBinder(Map.of()).bind(Program.class, layers))
                .hasMessage("""
                environment MAINSTAY_SERVER_PORT: server.port: expected a whole number, found "web"
                flag --interval: heartbeat.interval must be positive, was -5s""");
    }

    @Test
    void unknown_variables_are_told_all_at_once() {
        var environment =
                Map.of("MAINSTAY_SERVER_PROT", "secret-value", "MAINSTAY_AGENTS_SHOP", "x", "MAINSTAY_HOME", "/");

        assertThatThrownBy(() -> EnvironmentLayer.of(Program.class, environment, Set.of("MAINSTAY_HOME")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("""
                        environment MAINSTAY_AGENTS_SHOP: no such setting
                        environment MAINSTAY_SERVER_PROT: no such setting; did you mean "MAINSTAY_SERVER_PORT"?""");
    }

    @Test
    void an_empty_variable_counts_as_not_set() {
        assertThat(EnvironmentLayer.of(Program.class, Map.of("MAINSTAY_SERVER_PORT", ""), Set.of())
                        .entries())
                .isEmpty();
    }

    @Test
    void a_secret_given_in_its_own_variable_never_enters_the_settings() {
        var environment = Map.of("MAINSTAY_SERVER_ADMIN_KEY", "hunter2");

        var layer = EnvironmentLayer.of(Program.class, environment, Set.of());

        assertThat(layer.toString()).doesNotContain("hunter2");
        var key = new RecordBinder(environment)
                .bind(Program.class, layer)
                .server()
                .adminKey();
        assertThat(key).isNotNull().extracting(Secret::reveal).isEqualTo("hunter2");
    }

    @Test
    void a_list_replaces_a_list_and_an_empty_value_changes_nothing() {
        var lower = YamlSettings.parse("a.yml", "a: [1, 2]\nb: {c: 1, d: 2}");
        var higher = YamlSettings.parse("b.yml", "a: [3]\nb: {d: , e: 3}");

        assertThat(lower.overlay(higher).flatten().toString())
                .isEqualTo("{a[0]=Scalar[origin=b.yml:1, value=3], b.c=Scalar[origin=a.yml:2, value=1], "
                        + "b.d=Scalar[origin=a.yml:2, value=2], b.e=Scalar[origin=b.yml:2, value=3]}");
    }
}
