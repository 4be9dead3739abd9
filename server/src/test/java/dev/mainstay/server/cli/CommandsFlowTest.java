package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.cli.Terminal.Said;
import dev.mainstay.server.doctor.Doctor;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each command against a server that runs, on a database of its own.
class CommandsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "first", """
                agents:
                  steady: {kind: test-counter, every: 100ms, description: Counts., capabilities: [counting]}
                  told: {kind: test-counter, every: 1s, step: 2}
                  itself: {kind: tcp-check, host: "${node.host}", port: "${node.port}", every: 1s}
                  refused: {kind: tcp-check, host: 127.0.0.1, port: 1, every: 1s}
                """);
        Eventually.holds("the agents run", BOUND, () -> active("steady") && active("told"));
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static boolean active(String agent) {
        return type("agent", "describe", agent, "-o", "json")
                .json()
                .path("state")
                .asString("")
                .equals("active");
    }

    private static Said type(String... words) {
        return stage.terminal().type(words);
    }

    private static Said done(String... words) {
        return stage.terminal().done(words);
    }

    @Test
    void status_sums_up_and_is_zero_when_all_is_well() {
        var said = done("status");
        assertThat(said.out()).contains("ready", "yes", stage.server().address().toString());
        assertThat(done("status", "-o", "json")
                        .json()
                        .at("/overview/agents/total")
                        .asInt())
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void agents_are_listed_filtered_and_described() {
        assertThat(done("agent", "list").out()).contains("steady", "told", "test-counter");
        assertThat(done("agent", "list", "--capability", "counting").out())
                .contains("steady")
                .doesNotContain("told");
        assertThat(done("agent", "list", "-o", "jsonl", "-q", "stead").out().lines())
                .hasSize(1);
        assertThat(done("agent", "describe", "steady").out()).contains("Counts.", "test-counter", "first");
    }

    @Test
    void what_an_agent_did_is_in_its_events_and_its_log() {
        Eventually.holds(
                "an event is stored",
                BOUND,
                () -> type("agent", "events", "steady", "--type", "counter.*")
                        .out()
                        .contains("counter.counted"));
        assertThat(done("agent", "logs", "steady", "-n", "3").out())
                .contains("counted 1")
                .doesNotContain("counted 2");
    }

    @Test
    void a_failure_of_the_work_is_in_the_log_although_the_agent_logs_nothing() {
        Eventually.holds(
                "it is logged",
                BOUND,
                () -> type("agent", "logs", "refused").out().contains("the work failed: 127.0.0.1:1"));
    }

    @Test
    void slots_come_last_and_can_be_left_out() {
        assertThat(done("agent", "list").out().strip().lines().toList().getLast())
                .contains("slot");
        assertThat(done("agent", "list", "--no-slots", "-o", "csv").out())
                .contains("steady")
                .doesNotContain(",inactive,");
    }

    @Test
    void times_in_csv_carry_their_zone() {
        assertThat(done("agent", "events", "steady", "-o", "csv").out().lines().skip(1))
                .isNotEmpty()
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z,.*"));
        assertThat(done("agent", "events", "steady").out()).doesNotContain("Z  ");
    }

    @Test
    void a_paused_agent_is_seen_as_paused() {
        done("agent", "pause", "refused");
        assertThat(done("agent", "list", "-q", "refused").out()).containsPattern("active, paused +paused");
        assertThat(done("agent", "list", "-q", "refused", "-o", "csv").out()).contains(",active,paused,");
        done("agent", "resume", "refused");
        assertThat(done("agent", "list", "-q", "refused").out()).containsPattern("active +running");
    }

    @Test
    void an_agent_follows_pause_resume_restart_and_shutdown() {
        assertThat(done("agent", "pause", "told", "--reason", "lunch").out()).contains("paused");
        var command = done("agent", "events", "told", "--type", "agent.commanded", "-o", "csv")
                .out();
        assertThat(command).contains("lunch");
        done("agent", "resume", "told");
        done("agent", "restart", "told");
        done("agent", "maintenance", "told");
        done("agent", "shutdown", "told");
        Eventually.holds(
                "it is shut down",
                BOUND,
                () -> type("agent", "list", "--state", "shutdown").out().contains("told"));
        done("agent", "resume", "told");
        Eventually.holds("it runs again", BOUND, () -> active("told"));
    }

    @Test
    void a_named_server_takes_the_key_of_the_folder_that_is_named_beside_it() {
        var address = stage.server().address().toString();
        var without = type("node", "list", "--server", address);
        assertThat(without.exit()).isEqualTo(ExitCode.AUTH);
        assertThat(without.err()).contains("no API key", "--data");
        done(
                "node",
                "list",
                "--server",
                address,
                "--data",
                folder.resolve("data").toString());
    }

    @Test
    void an_address_where_nobody_answers_is_told_before_a_missing_key() {
        var said = type("node", "list", "--server", "http://127.0.0.1:1");
        assertThat(said.exit()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.err()).contains("no Mainstay answers at http://127.0.0.1:1");
    }

    @Test
    void events_are_counted_and_help_is_a_command_too() {
        assertThat(done("agent", "events", "steady", "-n", "1", "-o", "json")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(done("help").out()).contains("agent", "`bench NAME`");
    }

    @Test
    void state_is_set_read_compared_listed_watched_and_removed() {
        assertThat(done("state", "set", "trial/a", "{\"n\": 1}").out()).contains("trial/a");
        assertThat(done("state", "get", "trial/a").out()).isEqualToIgnoringWhitespace("{\"n\":1}");
        assertThat(type("state", "set", "trial/a", "2", "--if-absent").exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(type("state", "set", "trial/a", "2", "--if-version", "9").exit())
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(type("state", "set", "trial/none", "2", "--if-version", "1").exit())
                .isEqualTo(ExitCode.CONFLICT);
        done("state", "set", "trial/a", "2", "--if-version", "1");
        assertThat(done("state", "list", "trial/", "-o", "yaml").out()).contains("key: trial/a", "value: 2");
        assertThat(done("state", "watch", "trial/", "--count", "1").out()).contains("trial/a");
        assertThat(type("state", "set", "trial/a", "no json").err()).contains("must be JSON");
        done("state", "delete", "trial/a");
        assertThat(type("state", "get", "trial/a").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void cells_of_others_cannot_be_formulas_nor_move_the_cursor() {
        done("state", "set", "trap/=1+1", "\"\\u001b[31mred\"");
        assertThat(done("state", "list", "trap/", "-o", "csv").out()).contains("trap/=1+1");
        assertThat(done("state", "list", "trap/").out()).doesNotContain("\u001b");
        done("state", "delete", "trap/=1+1");
        assertThat(Csv.cell("=HYPERLINK(\"x\")")).isEqualTo("\"'=HYPERLINK(\"\"x\"\")\"");
        assertThat(Csv.cell("@SUM(A1)")).startsWith("\"'@");
        assertThat(Csv.cell("-5.5")).isEqualTo("-5.5");
        assertThat(Csv.cell("a,b")).isEqualTo("\"a,b\"");
    }

    @Test
    void nodes_are_listed() {
        assertThat(done("node", "list").out())
                .contains("first", "live", stage.server().address().toString());
        assertThat(type("node", "drain", "nobody").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void top_is_a_plain_table_without_a_terminal() {
        assertThat(done("top").out()).contains("steady", "test-counter").doesNotContain("\u001b");
        assertThat(done("top").out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void an_agent_that_is_not_there_keeps_no_other_from_being_told() {
        var said = type("agent", "resume", "nobody", "steady");
        assertThat(said.exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(said.err()).contains("there is no agent \"nobody\"; `mainstay agent list` lists those there are");
        assertThat(said.out()).contains("steady");
    }

    @Test
    void a_transition_says_from_what_to_what() {
        assertThat(done("agent", "events", "steady", "--type", "agent.transition", "-o", "csv")
                        .out())
                .contains("monitoring → active");
    }

    @Test
    void an_embedded_database_needs_no_administrator_and_says_so() {
        var embedded =
                new Terminal(Map.of("MAINSTAY_DATA", folder.resolve("embedded").toString()));
        var said = embedded.type("db", "init", "--print-sql");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).contains("nothing is to be run", "`mainstay up`").hasLineCount(1);
    }

    @Test
    void the_database_is_inspected_directly() {
        assertThat(done("db", "status").out()).contains("house", "applied");
        assertThat(done("db", "migrate", "--dry-run").err()).contains("nothing is pending");
        assertThat(done("db", "migrate").err()).contains("0 migrations applied");
        assertThat(done("db", "init", "--print-sql").out()).contains("CREATE ROLE", "mainstay_engine");
    }

    @Test
    void a_lost_admin_key_is_replaced() throws IOException {
        var file = folder.resolve("data").resolve("admin-token");
        var lost = Files.readString(file);
        Files.delete(file);
        assertThat(type("agent", "list").exit()).isNotZero();

        assertThat(done("db", "admin-token").err()).contains("admin-token");

        assertThat(Files.readString(file)).isNotEqualTo(lost);
        assertThat(done("agent", "list").out()).contains("steady");
    }

    @Test
    void the_doctor_makes_nine_checks_and_leaves_nothing_behind() {
        var said = done("doctor", "--production", "-o", "csv");
        for (var check : Doctor.CHECKS) {
            assertThat(said.out()).contains(check + ",ok,");
        }
        assertThat(said.out())
                .contains("long snapshots,", "dead tuples,", "replication slots,", "connection head-room,");
        assertThat(said.out()).contains("clock difference,ok");
        assertThat(done("agent", "list").out()).doesNotContain("mainstay-doctor");
        assertThat(done("state", "list").out()).doesNotContain("mainstay-doctor");
    }

    @Test
    void settings_are_shown_with_their_origin_and_without_secrets() {
        var said = done("config", "show", "--origin");
        assertThat(said.out()).contains("node.name", "first", "mainstay.yml:3", "file:" + folder + "/password");
        assertThat(said.out())
                .doesNotContain(stage.database().config().build().engine().password());
        assertThat(done("config", "docs", "-o", "csv").out())
                .contains("server.port,whole number,7070,MAINSTAY_SERVER_PORT");
    }

    @Test
    void settings_are_checked_without_a_start() throws IOException {
        assertThat(done("config", "check").err()).contains("the settings are right", "4 declared agents");
        var wrong = Files.writeString(folder.resolve("wrong.yml"), """
                server: {prot: 1}
                agents: {a: {kind: nothing}, b: {kind: tcp-check, host: h, port: 0}}
                """);
        var said = type("config", "check", "--config", wrong.toString());
        assertThat(said.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err())
                .contains("server.prot", "agents.a.kind: there is no kind", "agents.b.port must be")
                .hasLineCount(3);
    }

    @Test
    void an_agent_may_name_the_address_of_the_node_that_runs_it() {
        Eventually.holds(
                "it ticks",
                BOUND,
                () -> type("agent", "describe", "itself", "-o", "json")
                                .json()
                                .path("ticks")
                                .asInt()
                        > 0);
        var agent = done("agent", "describe", "itself", "-o", "json").json();
        assertThat(agent.path("failures").asInt()).isZero();
        assertThat(agent.path("settings").path("port").asString()).isEqualTo("${node.port}");
    }

    @Test
    void kinds_explain_themselves() {
        assertThat(done("agent", "docs").out()).contains("test-counter", "Counts its ticks.");
        assertThat(done("agent", "docs", "test-counter").out()).contains("step", "How much each tick adds.", "every");
        assertThat(done("agent", "docs", "sql-check", "-o", "csv").out().lines().limit(4))
                .as("what is required comes first")
                .filteredOn(line -> line.contains("(required)"))
                .hasSize(3);
        assertThat(done("agent", "docs", "command").out()).containsPattern("command +list of text +\\(required\\)");
        assertThat(type("agent", "docs", "test-countr").err()).contains("did you mean \"test-counter\"?");
    }

    @Test
    void any_call_can_be_made() {
        assertThat(done("api", "GET", "/api/v1/whoami").json().path("role").asString())
                .isEqualTo("admin");
        assertThat(done("api", "get", "/openapi.yaml").out()).startsWith("openapi:");
        var refused = type("api", "POST", "/api/v1/keys", "-d", "{\"name\": 5}");
        assertThat(refused.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.out()).contains("\"code\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            agent describe nobody               | 3 | nobody
            agent pause nobody                  | 3 | there is no agent "nobody"
            agent logs steady -n -3             | 2 | --lines must be at least 1
            agent logs nobody                   | 3 | no line of agent nobody in today's /
            agent list --category none          | 2 | must be one of STRATEGIC, OPERATIONAL, SUPPORT
            status --token mst_wrong            | 5 | --token or MAINSTAY_TOKEN
            status --server http://127.0.0.1:9 --token x | 8 | mainstay up
            status --server http://127.0.0.1:9  | 8 | no Mainstay answers at
            status --data /nowhere              | 8 | no Mainstay runs in /nowhere
            down --data /nowhere                | 3 | no Mainstay runs in /nowhere
            agnt list                           | 2 | did you mean "agent"?
            agent lst                           | 2 | did you mean "list"?
            agent list --stat x                 | 2 | did you mean "--state"?
            agent list -o xml                   | 2 | --output must be one of table, json, jsonl, yaml, csv, was xml
            agent events steady --since soon    | 2 | expected a duration
            api GET api                         | 2 | must begin with /
            up --port                           | 2 | --port
            up --config /nowhere.yml            | 2 | does not exist
            """)
    void a_refusal_has_its_code_and_says_why(String words, int code, String expected) {
        var said = type(words.split(" "));
        assertThat(said.exit()).as(said.err()).isEqualTo(code);
        assertThat(said.err()).contains(expected).doesNotContain("\tat ");
        assertThat(said.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--help", "up --help", "agent --help", "agent list --help", "state --help", "doctor --help", "db --help"
    })
    void help_is_there_for_everything(String words) {
        assertThat(done(words.split(" ")).out()).startsWith("Usage: mainstay");
    }
}
