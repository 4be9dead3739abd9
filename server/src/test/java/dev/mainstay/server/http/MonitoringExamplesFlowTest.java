package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The Grafana dashboard and the Prometheus rules that come with Mainstay ask for nothing that /metrics does not show.
class MonitoringExamplesFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Path EXAMPLES = Path.of("../docs/examples");
    private static final Pattern EXPOSED = Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? [^ ]+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
    /// A metric with the labels asked of it, or a function with its grouping.
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\s*\\{([^}]*)}");
    private static final Pattern GROUPING = Pattern.compile("\\b(by|without|on|ignoring)\\s*\\(([^)]*)\\)");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "by", "without");
    /// What Prometheus itself adds to what it scrapes.
    private static final Set<String> SCRAPED = Set.of("job", "instance");

    private static final Map<String, Set<String>> METRICS = new HashMap<>();
    private static ApiServer api;

    @BeforeAll
    static void scrape() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "one", "active");
        api.execute("""
                INSERT INTO agent_health (organization_id, agent_id, group_name, at, score, parts)
                SELECT organization_id, '', unnest(ARRAY['', 'checkout "x"']), now(), 97, '[]'
                FROM organizations WHERE name = 'default'
                """);
        api.execute("""
                INSERT INTO slos (organization_id, name, source, agent_id, indicator, objective, period, min_events)
                SELECT organization_id, 'trial', 'api', 'one', 'success', 99, '30 days', 10
                FROM organizations WHERE name = 'default';
                INSERT INTO slo_status (organization_id, slo, at, good, total, reached, budget_left, windows, urgency,
                    burn_rate, since)
                SELECT organization_id, 'trial', now(), 99, 100, 99, 0, '[{"window": "1h", "burnRate": 14.5}]', 'page',
                    14.5, now()
                FROM organizations WHERE name = 'default'
                """);
        api.get(Role.VIEWER, "/api/v1/agents/one");
        System.gc(); // Its pauses are a metric once there was one, of which another thread is told.
        Eventually.holds("a pause is shown", BOUND, () -> text().contains("\njvm_gc_pause_seconds_sum"));
        Matcher line = EXPOSED.matcher(text());
        while (line.find()) {
            Set<String> labels = METRICS.computeIfAbsent(line.group(1), _ -> new TreeSet<>(SCRAPED));
            Matcher label = LABEL.matcher(line.group(2) == null ? "" : line.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
        METRICS.put("up", SCRAPED);
    }

    private static String text() {
        return api.get(Role.VIEWER, "/metrics").body();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private record Rule(String record, String expression) {}

    private static List<Rule> rules() throws IOException {
        List<Rule> rules = new ArrayList<>();
        Map<?, ?> file = (Map<?, ?>) new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(EXAMPLES.resolve("prometheus/mainstay-rules.yml")));
        for (Object group : list(file, "groups")) {
            for (Object each : list((Map<?, ?>) group, "rules")) {
                Map<?, ?> rule = (Map<?, ?>) each;
                Object record = rule.get("record");
                rules.add(new Rule(record == null ? "" : record.toString(), String.valueOf(rule.get("expr"))));
            }
        }
        return rules;
    }

    private static List<?> list(Map<?, ?> of, String key) {
        return of.get(key) instanceof List<?> found ? found : List.of();
    }

    private static List<String> panels() throws IOException {
        JsonNode dashboard =
                JsonMapper.builder().build().readTree(Files.readString(EXAMPLES.resolve("grafana/mainstay.json")));
        return dashboard
                .path("panels")
                .valueStream()
                .flatMap(panel -> panel.path("targets").valueStream())
                .map(target -> target.path("expr").asString())
                .toList();
    }

    /// What an expression asks for that is not there.
    private static List<String> unknown(String expression, Set<String> recorded) {
        List<String> unknown = new ArrayList<>();
        String bare = expression.replaceAll("\"[^\"]*\"", "\"\"");
        Matcher selector = SELECTOR.matcher(bare);
        while (selector.find()) {
            Set<String> labels = METRICS.getOrDefault(selector.group(1), Set.of());
            Matcher label = LABEL.matcher(selector.group(2));
            while (label.find()) {
                if (!labels.contains(label.group(1))) {
                    unknown.add(selector.group(1) + "{" + label.group(1) + "}");
                }
            }
        }
        String plain = bare.replaceAll("\\{[^}]*}", "").replaceAll("\\[[^]]*]", "");
        Set<String> grouped = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(plain);
        while (grouping.find()) {
            grouped.addAll(List.of(grouping.group(2).trim().split("\\s*,\\s*")));
        }
        String ungrouped = GROUPING.matcher(plain).replaceAll(" ");
        Set<String> known = new TreeSet<>();
        Matcher name = NAME.matcher(ungrouped);
        while (name.find()) {
            boolean isFunction = ungrouped.substring(name.end()).matches("(?s)\\s*\\(.*");
            if (isFunction || WORDS.contains(name.group()) || recorded.contains(name.group())) {
                continue;
            }
            if (METRICS.containsKey(name.group())) {
                known.addAll(METRICS.getOrDefault(name.group(), Set.of()));
            } else {
                unknown.add(name.group());
            }
        }
        grouped.removeAll(known);
        grouped.forEach(label -> unknown.add("by " + label));
        return unknown;
    }

    @Test
    void every_rule_and_every_panel_asks_for_metrics_and_labels_that_are_shown() throws IOException {
        Set<String> recorded = new TreeSet<>();
        for (Rule rule : rules()) {
            assertThat(unknown(rule.expression(), recorded))
                    .as(rule.expression())
                    .isEmpty();
            if (!rule.record().isEmpty()) {
                recorded.add(rule.record());
            }
        }
        assertThat(rules()).hasSizeGreaterThan(12);
        assertThat(panels())
                .hasSizeGreaterThan(12)
                .allSatisfy(expression ->
                        assertThat(unknown(expression, recorded)).as(expression).isEmpty());
    }

    @Test
    void what_is_not_shown_is_found_out() {
        assertThat(unknown("sum by (kind) (rate(mainstay_agents{sate=\"x\"}[5m])) / mainstay_agent", Set.of()))
                .containsExactlyInAnyOrder("mainstay_agents{sate}", "mainstay_agent", "by kind");
    }

    @Test
    void what_mainstay_promises_is_shown() {
        assertThat(text())
                .contains(
                        "\nmainstay_health_score 97.0\n",
                        "\nmainstay_group_health_score{group=\"checkout \\\"x\\\"\"} 97.0\n",
                        "\nmainstay_slo_budget_left{slo=\"trial\"} 0.0\n",
                        "\nmainstay_slo_burn_rate{slo=\"trial\",window=\"1h\"} 14.5\n",
                        "\nmainstay_slo_burning{slo=\"trial\",urgency=\"page\"} 1.0\n",
                        "\nmainstay_slo_burning{slo=\"trial\",urgency=\"ticket\"} 0.0\n");
    }
}
