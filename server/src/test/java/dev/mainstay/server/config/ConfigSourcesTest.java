package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.TickSchedule;
import dev.mainstay.config.ConfigException;
import dev.mainstay.schedule.MissedPolicy;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.OverlapPolicy;
import dev.mainstay.server.Counter;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `mainstay.yml` may say, and what a person reads who got it wrong.
class ConfigSourcesTest {
    private static final Map<String, AgentKind<?>> KINDS = Map.of("test-counter", new Counter());

    @TempDir
    private Path folder;

    private ConfigSources sources(String yaml, Map<String, String> environment) throws IOException {
        var file = Files.writeString(folder.resolve("mainstay.yml"), yaml);
        return new ConfigSources(
                Optional.of(file), ConfigSources.of(environment).flags(), environment);
    }

    private String refusal(String yaml, Map<String, String> environment) throws IOException {
        var sources = sources(yaml, environment);
        var refused =
                catchThrowableOfType(ConfigException.class, () -> sources.check(KINDS, Map.of(), Set.of("built_in")));
        assertThat(refused).as("refused: %s", yaml).isNotNull();
        return String.valueOf(refused.getMessage()).replace(folder.resolve("mainstay.yml") + ":", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prot: 1 | 1: prot is not a known key; known are agents, alerts, anomalies, data, database, health, messages, node, notifiers, recovery, retention, schedules, server, slos
            server: {prot: 1} | 1: server.prot is not a known key; did you mean "port"?
            server: {port: 70000} | 1: server.port must be from 0 to 65535, was 70000
            server: {host: ""} | server.host
            node: {name: "a b"} | 1: node.name must be 1 to 63 letters, digits, . _ - and begin with a letter or digit, was 'a b'
            retention: {events: 1h} | 1: retention.events must be at least 1d, was 1h
            database: {url: "mysql://x/y"} | 1: database.url must look like postgresql://host:5432/database
            database: {user: me} | database.url is missing, and user, password, engine, api and replica say nothing without it
            database: {url: "postgresql://h/d", user: me, password: hunter2} | 1: database.password: expected env:NAME or file:PATH, found plain text
            database: {url: "postgresql://h/d", user: me, password: "env:MISSING"} | environment variable MISSING is not set
            database: {pools: {api: 0}} | 1: database.pools.api must be at least 1, was 0
            messages: {transport: redis} | messages.url is missing
            messages: {transport: redis, url: "redis://:secret@h"} | 1: messages.url: expected env:NAME or file:PATH, found plain text
            agents: {a: {kind: test-countr}} | 1: agents.a.kind: there is no kind "test-countr"; did you mean "test-counter"?; known are test-counter
            agents: {a: {kind: zzz}} | 1: agents.a.kind: there is no kind "zzz"; known are test-counter
            agents: {a: {every: 1m}} | 1: agents.a.kind is required and missing
            agents: {a: {kind: test-counter, every: -5s}} | 1: agents.a.every must be at least 10ms, was -5s
            agents: {a: {kind: test-counter, every: 0s}} | 1: agents.a.every must be at least 10ms, was 0s
            agents: {a: {kind: test-counter, every: 5}} | it needs a unit, for example 5s
            agents: {a: {kind: test-counter, cron: "61 * * * *"}} | 1: agents.a.cron '61 * * * *' is not readable
            agents: {a: {kind: test-counter, cron: "0 0 31 2 *"}} | 1: agents.a.cron '0 0 31 2 *' never fires
            agents: {a: {kind: test-counter, cron: "* * * * *", every: 1m}} | 1: agents.a.cron and every exclude each other; keep one
            agents: {a: {kind: test-counter, zone: Europe/Vienna}} | 1: agents.a.zone belongs to cron, which is not given
            agents: {a: {kind: test-counter, deadline: 0s}} | 1: agents.a.deadline must be positive, was 0s
            agents: {a: {kind: test-counter, stepp: 5}} | 1: agents.a.stepp is not a known key; did you mean "step"?
            agents: {a: {kind: test-counter, evry: 5s}} | 1: agents.a.evry is not a known key; did you mean "every"?
            agents: {a: {kind: test-counter, step: 0}} | 1: agents.a.step must be at least 1, was 0
            agents: {a: {kind: test-counter, token: "env:NO_TOKEN"}} | 1: agents.a.token: environment variable NO_TOKEN is not set
            agents: {a: {kind: test-counter, restart: {maxRestarts: -1}}} | 1: agents.a.restart.maxRestarts must not be negative, was -1
            agents: {a: {kind: test-counter, group: {strategy: one-for-one}}} | 1: agents.a.group.name is required and missing
            agents: {a: {kind: test-counter, group: {name: g, strategy: all}}} | expected one of one-for-one, all-for-one, rest-for-one
            agents: {"A b": {kind: test-counter}} | 1: agents.A b: id must be 1 to 128 of a-z 0-9 . _ -
            agents: {built_in: {kind: test-counter}} | 1: agents.built_in: an agent of this id comes with Mainstay; give this one another id
            agents: {a: {kind: test-counter}, a: {kind: test-counter}} | a
            """)
    void says_what_is_wrong_where_and_what_was_probably_meant(String yaml, String expected) throws IOException {
        assertThat(refusal(yaml, Map.of())).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            schedules: {s: {every: 1h}} | 1: schedules.s.task.type is required and missing
            schedules: {s: {task: {type: t}}} | 1: schedules.s.cron or every or at must be given: when it fires
            schedules: {s: {every: 1h, cron: "@daily", task: {type: t}}} | 1: schedules.s.cron and every and at exclude each other
            schedules: {s: {every: 1h, zone: Europe/Vienna, task: {type: t}}} | 1: schedules.s.zone belongs to cron
            schedules: {s: {cron: "@daily", zone: Europe/Viena, task: {type: t}}} | did you mean "Europe/Vienna"?
            schedules: {s: {cron: "0 0 31 2 *", task: {type: t}}} | 1: schedules.s.cron '0 0 31 2 *' never fires
            schedules: {s: {every: -5s, task: {type: t}}} | 1: schedules.s.every must be from 1s to 3660d, was -5s
            schedules: {s: {at: soon, task: {type: t}}} | schedules.s: at must be a time such as 2026-12-31T23:00:00Z, was 'soon'
            schedules: {s: {every: 1h, missed: never, task: {type: t}}} | 1: schedules.s.missed: expected one of skip, once, all
            schedules: {s: {every: 1h, missedLimit: 0, task: {type: t}}} | 1: schedules.s: missedLimit must be from 1 to 1000, was 0
            schedules: {s: {every: 1h, overlap: forbid, task: {type: t}}} | expected one of skip, buffer-one, buffer-all, cancel-other, allow-all
            schedules: {s: {every: 1h, startsAt: "2030-01-01T00:00:00Z", endsAt: "2029-01-01T00:00:00Z", task: {type: t}}} | 1: schedules.s: endsAt must be after startsAt
            schedules: {s: {every: 1h, task: {type: "A b"}}} | 1: schedules.s.task.type must be 1 to 128 of a-z
            schedules: {"A b": {every: 1h, task: {type: t}}} | 1: schedules.A b: name must be 1 to 128 of a-z
            schedules: {s: {every: 1h, task: {type: t, paylod: 1}}} | 1: schedules.s.task.paylod is not a known key; did you mean "payload"?
            """)
    void says_what_is_wrong_with_a_schedule(String yaml, String expected) throws IOException {
        assertThat(refusal(yaml, Map.of())).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            slos: {s: {agent: a, indicator: success, objective: 100}} | 1: slos.s.objective must be from 50 to below 100
            slos: {S: {agent: a, indicator: success, objective: 99}} | slos.S: name must be 1 to 128
            health: {weights: {errors: 0.5}} | 1: health.weights: weights must add up to 1, were 1.3
            recovery: {mode: sometimes} | 1: recovery.mode: expected one of on, dry-run, off
            recovery: {share: 0} | recovery.share must be above 0 and at most 1, was 0.0
            recovery: {approvedUpTo: none} | 1: recovery.approvedUpTo: expected one of low, medium, high
            recovery: {playbooks: {crash: {actions: [restart-agnet]}}} | 1: recovery.playbooks.crash: actions must name what there is; there is no action "restart-agnet"; did you mean "restart-agent"?
            recovery: {playbooks: {crash: {actions: [restart-agent, restart-agent]}}} | recovery.playbooks.crash: actions must not name one twice, or the playbook would go in circles
            recovery: {playbooks: {crash: {actions: ["task:mainstay.recovery"]}}} | actions must not name task:mainstay.recovery: healing would start itself again
            recovery: {playbooks: {crash: {rules: [recovery-escalated]}}} | rules must not name recovery-escalated, which healing itself raises
            recovery: {playbooks: {crash: {rules: [agent-crashin]}}} | there is no rule "agent-crashin"; did you mean "agent-crashing"?
            recovery: {playbooks: {crsh: {actions: [restart-agent]}}} | rules must be given, as no builtin playbook is about "crsh"; did you mean "crash"?
            recovery: {playbooks: {crash: {budget: 0}}} | recovery.playbooks.crash: verifyWithin and per must be positive, coolDown not negative, budget at least 1
            """)
    void says_what_is_wrong_with_what_watches_and_heals(String yaml, String expected) throws IOException {
        assertThat(refusal(yaml, Map.of())).contains(expected);
    }

    @Test
    void two_playbooks_that_answer_one_rule_are_refused_with_both_lines() throws IOException {
        var refused = refusal("""
                recovery:
                  playbooks:
                    stock-stale:
                      rules: [agent-failing, agent-slow]
                      actions: [restart-agent]
                    crash: {budget: 2}
                    late:
                      rules: [agent-slow]
                      actions: [move-agent]
                    mine:
                      rules: [agent-crashing]
                      actions: [move-agent]
                """, Map.of());
        assertThat(refused.lines()).hasSize(2);
        assertThat(refused)
                .contains(
                        "7: recovery.playbooks.late: rules must not name agent-slow, which recovery.playbooks.stock-stale",
                        "(3) answers",
                        "10: recovery.playbooks.mine: rules must not name agent-crashing, which recovery.playbooks.crash",
                        "(6) answers");
    }

    @Test
    void tells_everything_that_is_wrong_at_once() throws IOException {
        var refused = refusal("""
                server: {prot: 1}
                agents:
                  one: {kind: nothing}
                  two: {kind: test-counter, step: 0}
                """, Map.of());
        assertThat(refused.lines()).hasSize(3);
        assertThat(refused).contains("1: server.prot", "3: agents.one.kind", "4: agents.two.step");
    }

    @Test
    void mistakes_of_all_sorts_are_told_in_one_go() throws IOException {
        var refused = refusal("""
                server: {port: 99999}
                database: {url: "jdbc:mysql://h/d"}
                agents:
                  one:
                    kind: test-counter
                    every: -1s
                    heartbeat: -2s
                    step: many
                  two:
                    kind: test-counter
                    step: "${node.prot}"
                """, Map.of());
        assertThat(refused.lines()).as(refused).hasSize(6);
        assertThat(refused)
                .contains(
                        "1: server.port must be",
                        "database.url must look like",
                        "6: agents.one.every must be at least 10ms",
                        "7: agents.one.heartbeat must be positive",
                        "8: agents.one.step: expected a whole number",
                        "11: agents.two.step: there is no placeholder \"node.prot\"");
    }

    @Test
    void a_variable_that_sets_nothing_is_refused_too() throws IOException {
        assertThat(refusal("", Map.of("MAINSTAY_SERVER_PROT", "1"))).contains("did you mean \"MAINSTAY_SERVER_PORT\"?");
    }

    @Test
    void flags_win_over_the_environment_which_wins_over_the_file() throws IOException {
        var environment = Map.of("MAINSTAY_SERVER_PORT", "2", "MAINSTAY_NODE_NAME", "environment");
        var sources = sources("server: {port: 1, host: 0.0.0.0}\nnode: {name: file}\n", environment)
                .with("server.port", 3, "--port");
        var read = sources.read();
        assertThat(read.config().server()).isEqualTo(new ServerSettings("0.0.0.0", 3));
        assertThat(read.config().node().name()).isEqualTo("environment");
        assertThat(origin(read, "server.port")).isEqualTo("flag --port");
        assertThat(origin(read, "node.name")).isEqualTo("environment MAINSTAY_NODE_NAME");
        assertThat(origin(read, "server.host")).endsWith("mainstay.yml:1");
        assertThat(origin(read, "data")).isEqualTo("default");
    }

    private static String origin(ConfigSources.Read read, String key) {
        return Objects.requireNonNull(read.shown().flatten().get(key), key)
                .origin()
                .text();
    }

    @Test
    void the_file_may_be_named_by_a_variable() throws IOException {
        var file = Files.writeString(folder.resolve("other.yml"), "server: {port: 4}");
        var config = ConfigSources.of(Map.of("MAINSTAY_CONFIG", file.toString()))
                .read()
                .config();
        assertThat(config.server().port()).isEqualTo(4);
    }

    @Test
    void a_schedule_is_declared_with_all_that_was_written() throws IOException {
        var checked = sources("""
                schedules:
                  nightly:
                    cron: "0 3 * * *"
                    zone: Europe/Berlin
                    startsAt: "2026-01-01T00:00:00Z"
                    missed: all
                    missedLimit: 3
                    overlap: buffer-one
                    description: Orders of the day before
                    task:
                      type: report
                      payload: {of: [orders, 2], until: "${schedule.planned}"}
                      priority: low
                      tags: [a]
                      attempts: 2
                """, Map.of()).check(KINDS, Map.of(), Set.of());
        var task = NewTask.of("report", Map.of("of", List.of("orders", 2), "until", "${schedule.planned}"))
                .priority(Priority.LOW)
                .tagged("a")
                .attempts(2);
        assertThat(checked.schedules())
                .containsExactly(NewSchedule.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Berlin"), task)
                        .describedAs("Orders of the day before")
                        .startingAt(Instant.parse("2026-01-01T00:00:00Z"))
                        .missed(MissedPolicy.ALL, 3)
                        .overlap(OverlapPolicy.BUFFER_ONE));
    }

    @Test
    void an_agent_is_declared_with_all_that_was_written() throws IOException {
        var checked = sources("""
                agents:
                  shop:
                    kind: test-counter
                    every: 30s
                    deadline: 5s
                    category: strategic
                    capabilities: [counting]
                    group: {name: shops, strategy: rest-for-one, position: 2}
                    restart: {maxRestarts: 2}
                    step: 7
                    token: env:TOKEN
                """, Map.of("TOKEN", "hidden")).check(KINDS, Map.of(), Set.of());
        var agent = checked.agents().getFirst();
        assertThat(agent.id()).isEqualTo("shop");
        assertThat(agent.schedule()).isEqualTo(TickSchedule.every(Duration.ofSeconds(30)));
        assertThat(agent.deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(agent.restart().maxRestarts()).isEqualTo(2);
        assertThat(agent.group()).isNotNull();
        assertThat(agent.settings()).containsEntry("token", "env:TOKEN").doesNotContainValue("hidden");
        assertThat(agent.settings()).containsOnlyKeys("step", "token");
    }
}
