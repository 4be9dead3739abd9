package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.config.Samples.Agent;
import dev.mainstay.config.Samples.Everything;
import dev.mainstay.config.Samples.Heartbeat;
import dev.mainstay.config.Samples.HttpCheck;
import dev.mainstay.config.Samples.Program;
import dev.mainstay.config.Samples.Strategy;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordBinderTest {
    private final RecordBinder binder = new RecordBinder(Map.of("TOKEN", "s3cret"));

    @Test
    void every_type_is_read() {
        var everything = binder.bind(Everything.class, YamlSettings.parse("mainstay.yml", """
                text: 007
                whole: -12
                large: 9223372036854775807
                number: 1e3
                flag: true
                exact: 1.10
                duration: 1h30m
                size: 64KB
                uri: https://example.org/a?b=c
                path: /var/lib
                zone: Europe/Vienna
                pattern: ^ok$
                strategy: Rest_For_One
                secret: env:TOKEN
                list: [1, 2, 1]
                set: [all-for-one, one-for-one, all-for-one]
                map: {b: 1s, a: 2s}
                optional: here
                nothing:
                sections:
                  - interval: 1s
                  - {}
                raw: {any: [thing, 1]}
                """));

        assertThat(everything.text()).isEqualTo("007");
        assertThat(everything.whole()).isEqualTo(-12);
        assertThat(everything.large()).isEqualTo(Long.MAX_VALUE);
        assertThat(everything.number()).isEqualTo(1000.0);
        assertThat(everything.flag()).isTrue();
        assertThat(everything.exact()).isEqualTo(new BigDecimal("1.10"));
        assertThat(everything.duration()).isEqualTo(Duration.ofMinutes(90));
        assertThat(everything.size()).isEqualTo(DataSize.ofBytes(65_536));
        assertThat(everything.uri()).isEqualTo(URI.create("https://example.org/a?b=c"));
        assertThat(everything.path()).isEqualTo(Path.of("/var/lib"));
        assertThat(everything.zone()).isEqualTo(ZoneId.of("Europe/Vienna"));
        assertThat(everything.pattern().pattern()).isEqualTo("^ok$");
        assertThat(everything.strategy()).isEqualTo(Strategy.REST_FOR_ONE);
        assertThat(everything.secret().reveal()).isEqualTo("s3cret");
        assertThat(everything.list()).containsExactly(1, 2, 1);
        assertThat(everything.set()).containsExactly(Strategy.ALL_FOR_ONE, Strategy.ONE_FOR_ONE);
        assertThat(everything.map().keySet()).containsExactly("b", "a");
        assertThat(everything.optional()).contains("here");
        assertThat(everything.nothing()).isNull();
        assertThat(everything.sections())
                .containsExactly(new Heartbeat(Duration.ofSeconds(1)), new Heartbeat(Duration.ofSeconds(10)));
        assertThat(everything.raw().toPlain()).isEqualTo(Map.of("any", List.of("thing", 1L)));
    }

    @Test
    void no_settings_at_all_give_the_defaults() {
        var program = binder.bind(Program.class, YamlSettings.parse("mainstay.yml", "heartbeat:\n# interval: 1s\n"));

        assertThat(program.server().port()).isEqualTo(7070);
        assertThat(program.server().hosts()).containsExactly("localhost", "127.0.0.1");
        assertThat(program.server().adminKey()).isNull();
        assertThat(program.database().url()).isEmpty();
        assertThat(program.heartbeat().interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(program.agents()).isEmpty();
    }

    @Test
    void the_remainder_is_bound_by_the_agents_kind() {
        var file = YamlSettings.parse("mainstay.yml", """
                kind: http-check
                interval: 5s
                url: https://example.org
                bodyMatch: ok
                """);
        var agent = binder.bind(Agent.class, file);

        var check = binder.bind(HttpCheck.class, agent.settings(), "agents.shop", ConfigReference.keys(Agent.class));

        assertThat(agent.interval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(check.url()).isEqualTo(URI.create("https://example.org"));
        assertThat(check.status()).isEqualTo(200);
    }

    @Test
    void settings_stored_as_json_bind_to_the_same_record() {
        var yaml = YamlSettings.parse("mainstay.yml", """
                server: {port: 8080, adminKey: "env:TOKEN"}
                agents: {shop: {kind: http-check, retries: [1, 2.50]}}
                """);

        var stored = Setting.of(yaml.toPlain(), Origin.DATABASE);

        assertThat(stored.toPlain()).isEqualTo(yaml.toPlain());
        assertThat(stored.at("server.port").orElseThrow().origin()).isEqualTo(Origin.DATABASE);
        var program = binder.bind(Program.class, stored);
        assertThat(program.server()).isEqualTo(binder.bind(Program.class, yaml).server());
        assertThat(program.agents().keySet()).isEqualTo(Set.of("shop"));
    }

    record Reading(Thread thread) {}

    record BadDefault(@Default("often") Duration interval) {}

    @Test
    void a_record_that_no_settings_can_fill_is_a_mistake_in_code() {
        assertThatThrownBy(() -> binder.bind(Reading.class, Setting.of(Map.of(), Origin.DEFAULT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("$Reading.thread: not a type for a setting: java.lang.Thread");
        assertThatThrownBy(() -> binder.bind(BadDefault.class, Setting.of(Map.of(), Origin.DEFAULT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("$BadDefault.interval: expected a duration");
    }
}
