package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlSettingsTest {

    @Test
    void values_have_the_line_of_their_key() {
        var settings = YamlSettings.parse("mainstay.yml", """
                # a comment
                server:
                  port: 7070
                  hosts:
                    - a
                    - b
                note:
                  >
                  folded
                """);

        assertThat(settings.flatten())
                .hasToString("{server.port=Scalar[origin=mainstay.yml:3, value=7070], "
                        + "server.hosts[0]=Scalar[origin=mainstay.yml:5, value=a], "
                        + "server.hosts[1]=Scalar[origin=mainstay.yml:6, value=b], "
                        + "note=Scalar[origin=mainstay.yml:7, value=folded\n]}");
        assertThat(settings.at("server").orElseThrow().origin()).hasToString("mainstay.yml:2");
        assertThat(settings.at("server.prot")).isEmpty();
        assertThat(settings.at("server.port.x")).isEmpty();
    }

    @Test
    void a_number_is_only_what_reads_back_as_written() {
        var plain = YamlSettings.parse("a.yml", """
                {whole: 12, negative: -3, exact: 1.10, padded: 007, power: 1e3, plus: +1, quoted: "12", truth: true,
                 yes: yes, nothing: , tilde: ~, huge: 12345678901234567890, small: 0.0000000001, minus: -0}
                """).toPlain();

        var expected = new HashMap<String, Object>(Map.of(
                "whole",
                12L,
                "negative",
                -3L,
                "exact",
                new BigDecimal("1.10"),
                "padded",
                "007",
                "power",
                "1e3",
                "plus",
                "+1",
                "quoted",
                "12",
                "truth",
                true,
                "yes",
                "yes"));
        expected.put("nothing", null);
        expected.put("tilde", null);
        expected.put("huge", new BigDecimal("12345678901234567890"));
        expected.put("small", "0.0000000001");
        expected.put("minus", "-0");
        assertThat(plain).isEqualTo(expected);
    }

    @Test
    void anchors_aliases_and_merges_are_read() {
        var plain = YamlSettings.parse("a.yml", """
                one: &one {interval: 5s, kind: http-check}
                two: {<<: *one, interval: 9s}
                three: *one
                four:
                  <<: [{interval: 1s}, *one]
                  url: x
                """).toPlain();

        assertThat(plain.get("two")).isEqualTo(Map.of("interval", "9s", "kind", "http-check"));
        assertThat(plain.get("three")).isEqualTo(Map.of("interval", "5s", "kind", "http-check"));
        assertThat(plain.get("four")).isEqualTo(Map.of("interval", "1s", "kind", "http-check", "url", "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing here\n", "---\n", "~"})
    void an_empty_file_has_no_settings(String text) {
        assertThat(YamlSettings.parse("a.yml", text).entries()).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("a: 1\nb: 2\na: 3", "a.yml:3: a is given twice, first at a.yml:1; keep one of them"),
                Arguments.of(
                        "agents:\n  shop: {}\n  site: {}\n  shop: {}",
                        "a.yml:4: agents.shop is given twice, first at a.yml:2; keep one of them"),
                Arguments.of(
                        "server:\n\tport: 1",
                        "a.yml:2: a tab is used for indentation, where YAML allows spaces only; replace it by spaces"),
                Arguments.of(
                        "a: 1\nb: c: d",
                        "a.yml:2: a second \": \" on one line; put the value in quotes, or its keys on lines of their own"),
                Arguments.of("a: 1\nb\nc: 2", "a.yml:3: a key without \": \" after it; write \"key: value\""),
                Arguments.of(
                        "a: @b",
                        "a.yml:1: a value starts with a character that YAML keeps for itself; put the value in quotes"),
                Arguments.of(
                        "a: 1\nb: *nowhere",
                        "a.yml:2: an alias (*name) without its anchor (&name) above it; "
                                + "put a value that starts with * in quotes"),
                Arguments.of(
                        "a:\n  b: 1\n c: 2",
                        "a.yml:3: the indentation does not match the lines above; "
                                + "keys of one block start in one column"),
                Arguments.of("a: 1\nb: \"open\n", "a.yml:3: a quote is opened and never closed"),
                Arguments.of("a: [1, 2\nb: 3", "a.yml:2: a bracket is opened and never closed, or a comma is missing"),
                Arguments.of("a: 1\n---\nb: 2", "a.yml:2: a second document starts here (---); one file has one"),
                Arguments.of("- a\n- b", "a.yml:1: expected keys and values (\"key: value\") at the top, found a list"),
                Arguments.of(
                        "word", "a.yml:1: expected keys and values (\"key: value\") at the top, found a single value"),
                Arguments.of(
                        "a: 1\nb: {{ c }}: d",
                        "a.yml:2: a second \": \" on one line; put the value in quotes, "
                                + "or its keys on lines of their own"),
                Arguments.of("a: {{ c }}", "a.yml:1: a: a key is not a word; put a value with { or [ in quotes"),
                Arguments.of(
                        "a: !vault x",
                        "a.yml:1: a: a tag (a word that starts with !) is not supported here; "
                                + "put a value that starts with ! in quotes"),
                Arguments.of("a: 1\n<<: 5", "a.yml:2: << must name a block: <<: *name"),
                Arguments.of("a: " + "[".repeat(101), "a.yml:1: nested more than 100 levels deep"),
                Arguments.of(
                        "a: &a [*a]",
                        "a.yml:1: " + "a" + "[0]".repeat(100)
                                + ": aliases (*name) repeat too much, or themselves; write the blocks out"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void each_mistake_is_told_with_its_line_and_remedy(String text, String expected) {
        var refused = catchThrowableOfType(ConfigException.class, () -> YamlSettings.parse("a.yml", text));

        assertThat(refused.getMessage()).isEqualTo(expected);
    }

    @Test
    void an_alias_bomb_is_refused() {
        var doubling = new StringBuilder("k0: &k0 [x, x]\n");
        for (var i = 1; i < 24; i++) {
            doubling.append("k%d: &k%d [*k%d, *k%d]%n".formatted(i, i, i - 1, i - 1));
        }

        assertThatThrownBy(() -> YamlSettings.parse("a.yml", doubling.toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("aliases (*name) repeat too much");
    }

    @Test
    void a_file_is_read_under_the_name_it_was_given(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("mainstay.yml"), "\nserver: {port: 1}");
        assertThat(YamlSettings.read(file).at("server").orElseThrow().origin()).hasToString(file + ":2");

        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xfd});
        assertThatThrownBy(() -> YamlSettings.read(file))
                .hasMessage(file + ": the file is not UTF-8 text; save it as UTF-8");
        Files.delete(file);
        assertThatThrownBy(() -> YamlSettings.read(file)).hasMessage(file + ": the file does not exist");
        assertThatThrownBy(() -> YamlSettings.read(folder))
                .hasMessageStartingWith(folder + ": the file cannot be read");
    }

    @Test
    void a_control_character_is_told() {
        assertThatThrownBy(() -> YamlSettings.parse("a.yml", "a: 1\nb: \u0007"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("a.yml:");
    }

    @Test
    void ten_thousand_agents_are_read() {
        var text = new StringBuilder("agents:\n");
        for (var i = 0; i < 10_000; i++) {
            text.append(
                    "  agent-%d: {kind: http-check, interval: 5s, url: \"https://example.org/%d\"}%n".formatted(i, i));
        }

        assertThat(YamlSettings.parse("a.yml", text.toString()).flatten()).hasSize(30_000);
    }
}
