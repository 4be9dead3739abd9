package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.agent.AgentKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Wrong settings are refused under their full key, before anything runs.
class CheckSettingsTest {
    private static final Map<String, AgentKind<? extends Record>> KINDS = kinds();

    private static Map<String, AgentKind<? extends Record>> kinds() {
        Map<String, AgentKind<? extends Record>> kinds = new LinkedHashMap<>();
        for (AgentKind<?> kind : ServiceLoader.load(AgentKind.class)) {
            kinds.put(kind.name(), kind);
        }
        return kinds;
    }

    @Test
    void all_kinds_are_found() {
        assertThat(KINDS).containsOnlyKeys("command", "http-check", "sql-check", "tcp-check", "watch-folder");
        assertThat(KINDS.values()).allMatch(kind -> kind.description().endsWith("."));
    }

    static List<Arguments> wrong() {
        String http = "http-check";
        String sql = "sql-check";
        String database = "jdbc:postgresql://localhost/db";
        return List.of(
                Arguments.of(http, Map.of(), "agents.watched.url"),
                Arguments.of(http, Map.of("url", "ftp://host/"), "url must begin with http"),
                Arguments.of(http, Map.of("url", "http:///path"), "url must begin with http"),
                Arguments.of(http, Map.of("url", "http://me:secret@host/"), "url must not hold a password"),
                Arguments.of(http, Map.of("url", "http://h/", "status", List.of("2xx")), "was '2xx'"),
                Arguments.of(http, Map.of("url", "http://h/", "status", List.of("299-200")), "was '299-200'"),
                Arguments.of(http, Map.of("url", "http://h/", "timeout", "0"), "timeout must be positive, was 0s"),
                Arguments.of(http, Map.of("url", "http://h/", "bodyMatches", "("), "agents.watched.bodyMatches"),
                Arguments.of(http, Map.of("url", "http://h/", "headers", Map.of("A", "env:B")), "secretHeaders"),
                Arguments.of(http, Map.of("url", "http://h/", "method", "get it"), "method must be"),
                Arguments.of(http, Map.of("url", "http://h/", "tiemout", "1s"), "timeout"),
                Arguments.of("tcp-check", Map.of("host", "h", "port", 0), "port must be 1 to 65535, was 0"),
                Arguments.of("tcp-check", Map.of("host", " ", "port", 1), "host must not be empty"),
                Arguments.of(sql, Map.of("url", "jdbc:mysql://h/", "query", "SELECT 1"), "jdbc:postgresql:"),
                Arguments.of(sql, Map.of("url", database + "?password=x", "query", "SELECT 1"), "password"),
                Arguments.of(sql, Map.of("url", "postgresql://me@h/db", "query", "SELECT 1"), "user: NAME"),
                Arguments.of(sql, Map.of("url", database, "query", " "), "query must not be empty"),
                Arguments.of(
                        sql, Map.of("url", database, "query", "S", "valueMin", 2, "valueMax", 1), "must not be above"),
                Arguments.of(sql, Map.of("url", database, "query", "S", "rowsMax", -1), "rowsMax"),
                Arguments.of("command", Map.of(), "agents.watched.command is required and missing; expected a list"),
                Arguments.of("command", Map.of("command", List.of()), "command must name a program"),
                Arguments.of("command", Map.of("command", List.of("ls"), "outputLimit", "1GB"), "outputLimit"),
                Arguments.of("watch-folder", Map.of("path", "/tmp", "glob", "[a"), "glob must be a file pattern"),
                Arguments.of("watch-folder", Map.of("path", "/tmp", "settle", "-1s"), "settle must not be negative"),
                Arguments.of("watch-folder", Map.of("path", "/tmp", "count", List.of("moved")), "removed"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrong_settings_are_refused(String kind, Map<String, ?> settings, String told) {
        AgentKind<? extends Record> found = Objects.requireNonNull(KINDS.get(kind));
        assertThatThrownBy(() -> Checked.bind(found, settings))
                .hasMessageContaining("agents.watched")
                .hasMessageContaining(told);
    }
}
