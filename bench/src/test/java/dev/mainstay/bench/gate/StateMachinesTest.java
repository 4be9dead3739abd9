package dev.mainstay.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentState;
import dev.mainstay.agent.DesiredState;
import dev.mainstay.alert.AlertState;
import dev.mainstay.recovery.RecoveryState;
import dev.mainstay.telemetry.AgentPhase;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/state-machines.md` says what the code does.
class StateMachinesTest {

    private static final Pattern WORD = Pattern.compile("`([a-z]+)`");
    private static final Markdown PAGE = Markdown.read(Sources.root().resolve("docs/state-machines.md"));

    @Test
    void the_table_of_states_is_that_of_the_code() {
        for (var state : AgentState.values()) {
            var row = PAGE.prose().stream()
                    .filter(line -> line.startsWith("| `" + state.word() + "` | "))
                    .findFirst();
            assertThat(row).as("the row of %s", state.word()).isPresent();
            assertThat(wordsIn(row.get().split("\\|", -1)[2]))
                    .as("after %s", state.word())
                    .isEqualTo(next(state));
        }
        assertThat(PAGE.firstCells("## Agent")).hasSameSizeAs(AgentState.values());
    }

    private static Set<String> next(AgentState state) {
        return words(
                Arrays.stream(AgentState.values()).filter(state::canBecome).toArray(AgentState[]::new),
                AgentState::word);
    }

    @Test
    void the_running_states_are_those_of_the_code() {
        var sentence = PAGE.prose().stream()
                .filter(line -> line.startsWith("A node holds the lease in every state but "))
                .findFirst()
                .orElseThrow();
        var resting = Arrays.stream(AgentState.values())
                .filter(state -> !state.isRunning())
                .toArray(AgentState[]::new);
        assertThat(wordsIn(sentence)).isEqualTo(words(resting, AgentState::word));
    }

    @Test
    void phases_desired_states_and_commands_are_those_of_the_code() {
        assertThat(PAGE.firstCells("## Phases"))
                .containsExactlyElementsOf(
                        Arrays.stream(AgentPhase.values()).map(AgentPhase::word).toList());
        assertThat(PAGE.firstCells("### Desired"))
                .containsExactlyElementsOf(Arrays.stream(DesiredState.values())
                        .map(DesiredState::word)
                        .toList());
        for (var command : AgentCommand.values()) {
            assertThat(PAGE.prose())
                    .anyMatch(line -> line.startsWith(
                            "| `" + command.word() + "` | `" + command.desired().word() + "` |"));
        }
        assertThat(PAGE.firstCells("### Commands")).hasSameSizeAs(AgentCommand.values());
    }

    @Test
    void alerts_and_recoveries_go_as_the_code_says() {
        for (var state : AlertState.values()) {
            assertThat(after("## Alert", state.word()))
                    .isEqualTo(words(
                            Arrays.stream(AlertState.values())
                                    .filter(state::canBecome)
                                    .toArray(AlertState[]::new),
                            AlertState::word));
        }
        for (var state : RecoveryState.values()) {
            assertThat(after("## Recovery", state.word()))
                    .isEqualTo(words(
                            Arrays.stream(RecoveryState.values())
                                    .filter(state::canBecome)
                                    .toArray(RecoveryState[]::new),
                            RecoveryState::word));
        }
    }

    /// What may come after a state, by the table below a heading.
    private static Set<String> after(String heading, String state) {
        return PAGE.prose().stream()
                .dropWhile(line -> !line.equals(heading))
                .filter(line -> line.startsWith("| `" + state + "` | "))
                .findFirst()
                .map(row -> wordsIn(row.split("\\|", -1)[2]))
                .orElseThrow();
    }

    private static <T> Set<String> words(T[] values, Function<T, String> word) {
        var words = new TreeSet<String>();
        for (var value : values) {
            words.add(word.apply(value));
        }
        return words;
    }

    private static Set<String> wordsIn(String text) {
        var words = new TreeSet<String>();
        var matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group(1));
        }
        return words;
    }
}
