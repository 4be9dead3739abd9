package dev.mainstay.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final Machine MACHINE = Machine.here().with("18.0");

    private static Report report(double milliseconds) {
        return new Report(
                "start",
                new Figures().add("cliHelpMs", milliseconds).values(),
                Map.of("cliHelpMs", Goal.atMost(300)),
                MACHINE,
                "abc123");
    }

    @Test
    void the_json_is_one_line_with_what_scripts_look_for() {
        String line = report(250.04).json();
        assertThat(line).doesNotContain("\n");
        JsonNode json = JsonMapper.shared().readTree(line);
        assertThat(json.propertyNames()).containsExactly("name", "figures", "goals", "machine", "commit");
        assertThat(json.get("name").asString()).isEqualTo("start");
        assertThat(json.get("figures").get("cliHelpMs").isNumber()).isTrue();
        assertThat(json.get("figures").get("cliHelpMs").asDouble()).isEqualTo(250);
        assertThat(json.get("goals").toString()).isEqualTo("{\"cliHelpMs\":{\"atMost\":300.0}}");
        assertThat(json.get("machine").propertyNames())
                .contains("cpu", "cores", "memoryMegabytes", "jdk", "postgres", "load");
        assertThat(json.get("commit").asString()).isEqualTo("abc123");
    }

    @Test
    void the_table_says_whether_a_goal_was_met() {
        assertThat(report(250).table()).contains("cliHelpMs").contains("met    ≤ 300");
        assertThat(report(301).table()).contains("missed ≤ 300");
    }

    @Test
    void a_goal_that_was_not_measured_is_refused() {
        assertThatThrownBy(
                        () -> new Report("start", Map.of(), Map.of("cliHelpMs", Goal.atMost(300)), MACHINE, "abc123"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cliHelpMs");
    }

    @Test
    void figures_keep_what_is_significant() {
        var figures = new Figures()
                .add("share", 0.123456)
                .add("rate", 312_345.678)
                .add("count", 123_456)
                .addMedian("millis", Samples.of(List.of(1.0, 2.0, 6.0)));
        assertThat(figures.values())
                .containsEntry("share", 0.1235)
                .containsEntry("rate", 312_346.0)
                .containsEntry("count", 123_456.0)
                .containsEntry("millis", 2.0)
                .containsEntry("millisMin", 1.0)
                .containsEntry("millisMax", 6.0);
    }

    @Test
    void a_goal_is_a_bound_in_one_direction() {
        assertThat(Goal.atLeast(0.8).isMetBy(0.8)).isTrue();
        assertThat(Goal.atLeast(0.8).isMetBy(0.79)).isFalse();
        assertThat(Goal.atMost(20).isMetBy(20)).isTrue();
        assertThat(Goal.atMost(20).isMetBy(20.1)).isFalse();
    }
}
