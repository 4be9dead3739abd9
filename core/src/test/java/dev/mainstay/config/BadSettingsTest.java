package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.ErrorCode;
import dev.mainstay.config.Samples.Agent;
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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person reads who got the settings wrong. */
class BadSettingsTest {
    private final RecordBinder binder = new RecordBinder(Map.of("EMPTY", ""));

    record Lenient(
            @Nullable Integer whole,
            @Nullable Long large,
            @Nullable Double number,
            @Nullable BigDecimal exact,
            @Nullable Boolean flag,
            @Nullable Duration duration,
            @Nullable DataSize size,
            @Nullable URI uri,
            @Nullable Path path,
            @Nullable ZoneId zone,
            @Nullable Pattern pattern,
            @Nullable Strategy strategy,
            @Nullable Secret secret,
            @Nullable String bodyMatch,
            List<Integer> list,
            Set<String> set,
            Map<String, Duration> map,
            Optional<Integer> optional,
            @Nullable Heartbeat section,
            List<Secret> secrets) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            whole: abc          | whole: expected a whole number, found "abc"
            whole: 1.5          | whole: expected a whole number, found "1.5"
            whole: 99999999999  | whole: expected a whole number from -2147483648 to 2147483647, found "99999999999"
            whole: [1]          | whole: expected a whole number, found a list
            whole: {a: 1}       | whole: expected a whole number, found keys and values
            large: 9223372036854775808 | large: expected a whole number from -9223372036854775808 to 9223372036854775807, found "9223372036854775808"
            number: .nan        | number: expected a number, found ".nan"
            number: NaN         | number: expected a number, found "NaN"
            number: 1e999       | number: expected a number, found "1e999"
            exact: much         | exact: expected a number, found "much"
            flag: yes           | flag: expected true or false, found "yes"
            duration: 30        | duration: expected a duration such as 30s, 5m, 1h30m, 250ms or 1d, found "30"; it needs a unit, for example 30s
            size: big           | size: expected a size such as 64KB, 10MB or 1GB, found "big"
            uri: "http://a b"   | uri: expected a URI such as https://example.org, found "http://a b": Illegal character in authority at position 9
            path: " "           | path: expected a path, found " "
            path: "a\\0b"       | path: expected a path, found "a\\x00b": Nul character not allowed
            zone: Europe/Vienn  | zone: expected a time zone such as Europe/Vienna, found "Europe/Vienn"; did you mean "Europe/Vienna"?
            pattern: a(b        | pattern: expected a regular expression, found "a(b": Unclosed group at position 4
            strategy: one       | strategy: expected one of one-for-one, all-for-one, rest-for-one, found "one"
            strategy: one-for-on | strategy: expected one of one-for-one, all-for-one, rest-for-one, found "one-for-on"; did you mean "one-for-one"?
            body-match: x       | body-match is not a known key; did you mean "bodyMatch"?
            list: 5             | list: expected a list, found a single value; write [a, b]
            list: [1, x]        | list[1]: expected a whole number, found "x"
            list: [1, null]     | list[1] has no value; expected a whole number
            set: {a: b}         | set: expected a list, found keys and values
            map: {a: 1s, b: 2}  | map.b: expected a duration such as 30s, 5m, 1h30m, 250ms or 1d, found "2"; it needs a unit, for example 2s
            map: [1]            | map: expected keys and values, found a list
            optional: x         | optional: expected a whole number, found "x"
            section: 10s        | section: expected keys and values, found a single value
            section: {interval: -5s} | section.interval must be positive, was -5s
            section: {interval: 0s}  | section.interval must be positive, was 0s
            secret: hunter2     | secret: expected env:NAME or file:PATH, found plain text; a secret never stands in the settings themselves
            secret: "env:"      | secret: expected env:NAME or file:PATH, found plain text; a secret never stands in the settings themselves
            secret: value:hunter2 | secret: expected env:NAME or file:PATH, found plain text; a secret never stands in the settings themselves
            secret: [hunter2]   | secret: expected env:NAME or file:PATH, found a list
            secrets: hunter2    | secrets: expected a list, found a single value; write [a, b]
            secret: env:NOWHERE | secret: environment variable NOWHERE is not set
            secret: env:EMPTY   | secret: environment variable EMPTY is empty
            secret: file:/nowhere/at/all | secret: secret file /nowhere/at/all cannot be read (NoSuchFileException)
            """)
    void each_mistake_is_told_with_key_and_line(String yaml, String expected) {
        assertThat(refusal(Lenient.class, "\n" + yaml)).isEqualTo("mainstay.yml:2: " + expected);
    }

    @Test
    void all_mistakes_are_told_at_once_each_with_its_own_line() {
        var refused = refuse(Program.class, """
                server:
                  port: 70000
                  hots: [a]
                heartbeat:
                  interval: -5s
                databse: {}
                agents:
                  shop:
                    interval: soon
                  site:
                  blog:
                    kind:
                """);

        assertThat(refused.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(refused).hasMessage("""
                mainstay.yml:6: databse is not a known key; did you mean "database"?
                mainstay.yml:3: server.hots is not a known key; did you mean "hosts"?
                mainstay.yml:2: server.port must be from 0 to 65535, was 70000
                mainstay.yml:5: heartbeat.interval must be positive, was -5s
                mainstay.yml:8: agents.shop.kind is required and missing; expected text
                mainstay.yml:9: agents.shop.interval: expected a duration such as 30s, 5m, 1h30m, 250ms or 1d, found "soon"
                mainstay.yml:10: agents.site.kind is required and missing; expected text
                mainstay.yml:12: agents.blog.kind is required and has no value; expected text""");
        assertThat(refused.problems().getFirst())
                .isEqualTo(new Problem(
                        Origin.file("mainstay.yml", 6),
                        "databse",
                        "databse is not a known key; did you mean \"database\"?"));
    }

    record Several(
            int port,
            @Default("1") int lowest,
            @Default("2") int highest,
            @Nullable Duration pause,
            @Nullable Duration zone) {
        Several {
            requireAtLeast1("lowest", lowest);
            if (highest < lowest) {
                throw new IllegalArgumentException("highest must not be below lowest, was " + highest);
            }
            requireAtLeast1("highest", highest);
            if (pause != null && pause.isNegative()) {
                throw new IllegalArgumentException("pause must not be negative");
            }
            if (zone != null && pause == null) {
                throw new IllegalArgumentException("zone belongs to pause, which is not given");
            }
            requireAtLeast1("port", port);
        }

        private static void requireAtLeast1(String key, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(key + " must be at least 1, was " + value);
            }
        }
    }

    @Test
    void one_section_tells_all_that_its_constructor_would_refuse() {
        assertThat(refusal(Several.class, "port: 0\nlowest: 0\nhighest: x\npause: -5s\nzone: 1s"))
                .isEqualTo("""
                mainstay.yml:3: highest: expected a whole number, found "x"
                mainstay.yml:2: lowest must be at least 1, was 0
                mainstay.yml:4: pause must not be negative
                mainstay.yml:1: port must be at least 1, was 0""");
    }

    @Test
    void a_rule_about_a_value_that_is_wrong_already_is_not_told() {
        assertThat(refusal(Several.class, "port: 1\npause: soon\nzone: 1s"))
                .startsWith("mainstay.yml:2: pause: expected a duration")
                .hasLineCount(1);
        assertThat(refusal(Several.class, "port: 1\nlowest: 9"))
                .isEqualTo("mainstay.yml:1: highest must not be below lowest, was 2");
    }

    @Test
    void a_refusal_that_names_no_key_is_told_for_the_whole_section() {
        assertThat(refusal(Program.class, "\ndatabase:\n  poolSize: 200"))
                .isEqualTo("mainstay.yml:2: database: the embedded database has 100 connections");
    }

    record Listing(@Default("1") int size, Heartbeat heartbeat) {
        Listing {
            if (size == 2) {
                throw new IllegalArgumentException("heartbeat.interval is too short for 2 items");
            }
            if (size == 3) {
                throw new IllegalStateException("a mistake in code");
            }
        }
    }

    @Test
    void a_refusal_may_name_a_key_further_down() {
        assertThat(refusal(Listing.class, "size: 2\nheartbeat:\n  interval: 1s"))
                .isEqualTo("mainstay.yml:3: heartbeat.interval is too short for 2 items");
    }

    @Test
    void what_a_constructor_throws_by_mistake_is_not_blamed_on_the_settings() {
        assertThatThrownBy(() -> binder.bind(Listing.class, YamlSettings.parse("mainstay.yml", "size: 3")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("$Listing failed on its settings")
                .hasRootCauseMessage("a mistake in code");
    }

    @Test
    void a_misspelled_key_of_every_agent_is_suggested_beside_those_of_its_kind() {
        var file = YamlSettings.parse(
                "mainstay.yml", "agents:\n  shop:\n    kind: http-check\n    intervall: 5s\n    url: a:b");
        var agent = binder.bind(Agent.class, file.at("agents.shop").orElseThrow(), "agents.shop");

        var refused = catchThrowableOfType(
                ConfigException.class,
                () -> binder.bind(HttpCheck.class, agent.settings(), "agents.shop", ConfigReference.keys(Agent.class)));

        assertThat(refused)
                .hasMessage("mainstay.yml:4: agents.shop.intervall is not a known key; did you mean \"interval\"?");
    }

    @Test
    void a_key_like_no_other_gets_the_list_of_known_ones() {
        assertThat(refusal(Heartbeat.class, "colour: red"))
                .isEqualTo("mainstay.yml:1: colour is not a known key; known are interval");
    }

    @Test
    void a_long_value_is_cut_to_a_line() {
        assertThat(refusal(Lenient.class, "whole: |\n  " + "x".repeat(100_000) + "\n  y"))
                .isEqualTo("mainstay.yml:1: whole: expected a whole number, found \"" + "x".repeat(60) + "…\"");
    }

    @Test
    void showing_settings_needs_no_secret() {
        var shown = binder.leavingSecretsUnread()
                .bind(HttpCheck.class, YamlSettings.parse("mainstay.yml", "url: a:b\ntoken: env:NOWHERE"));

        assertThat(shown.token()).hasToString("***");
    }

    private String refusal(Class<? extends Record> type, String yaml) {
        return String.valueOf(refuse(type, yaml).getMessage());
    }

    private ConfigException refuse(Class<? extends Record> type, String yaml) {
        return catchThrowableOfType(
                ConfigException.class, () -> binder.bind(type, YamlSettings.parse("mainstay.yml", yaml)));
    }
}
