package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.agent.AgentSpec;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A command that succeeds, fails, talks without end, hangs, and leaves children behind.
@EnabledOnOs({OS.LINUX, OS.MAC})
class CommandCheckTest {
    @TempDir
    Path folder;

    private static Checked<CommandSettings> command(Map<String, ?> settings) throws Exception {
        return Checked.of(new CommandKind(), settings);
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    @Test
    void a_command_that_ends_with_zero_has_passed() throws Exception {
        try (Checked<CommandSettings> checked = command(Map.of("command", shell("echo fine")))) {
            assertThat(checked.error()).isEmpty();
            assertThat(checked.context.metric("command.exit")).isZero();
            assertThat(checked.context.metric("command.output")).isEqualTo(5);
        }
    }

    @Test
    void another_exit_code_is_told_with_the_last_words() throws Exception {
        try (Checked<CommandSettings> checked =
                command(Map.of("command", shell("echo start; echo no space left >&2; exit 3")))) {
            assertThat(checked.error()).contains("ended with 3, expected 0;", "'no space left'");
        }
        try (Checked<CommandSettings> checked =
                command(Map.of("command", shell("exit 3"), "exitCodes", List.of(0, 3)))) {
            assertThat(checked.error()).isEmpty();
        }
    }

    @Test
    void arguments_are_not_read_by_a_shell() throws Exception {
        try (Checked<CommandSettings> checked =
                command(Map.of("command", List.of("echo", "$HOME; exit 1"), "outputMatches", "^\\$HOME; exit 1"))) {
            assertThat(checked.error()).isEmpty();
        }
    }

    @Test
    void directory_and_variables_are_those_given_and_no_others() throws Exception {
        Map<String, Object> settings = Map.of(
                "command", shell("pwd -P; echo \"$COLOR $TOKEN ${MAINSTAY_SECRET:-none}\""),
                "directory", folder.toString(),
                "environment", Map.of("COLOR", "blue"),
                "secretEnvironment", Map.of("TOKEN", "env:SECRET"),
                "outputMatches", folder.toRealPath() + "\nblue s3cret none");
        CommandSettings bound = Checked.bind(new CommandKind(), settings);
        Map<String, String> own = Map.of("PATH", System.getenv("PATH"), "MAINSTAY_SECRET", "leaked");
        CommandCheck check = new CommandCheck(bound, own, MonotonicClock.system());
        assertThat(check.look(new FakeAgentContext(AgentSpec.builder("watched").build(), ManualClock.atEpoch(), null)))
                .isInstanceOf(CheckOutcome.Passed.class);
    }

    @Test
    void a_program_that_is_not_there_cannot_be_started() throws Exception {
        try (Checked<CommandSettings> checked = command(Map.of("command", List.of("no-such-program-anywhere")))) {
            assertThat(checked.error()).contains("no-such-program-anywhere could not be started");
        }
    }

    @Test
    void of_endless_output_the_end_is_kept() throws Exception {
        try (Checked<CommandSettings> checked = command(Map.of(
                "command",
                shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; exit 1"),
                "outputLimit",
                "1KB"))) {
            assertThat(checked.error()).endsWith("'line 19999'");
            assertThat(checked.context.metric("command.output")).isGreaterThan(200_000);
        }
    }

    @Test
    void a_command_that_hangs_is_ended_with_its_children() throws Exception {
        Path child = folder.resolve("child");
        String script = "sleep 600 & echo $! > " + child + "; trap '' TERM; wait; sleep 600";
        try (Checked<CommandSettings> checked = command(Map.of("command", shell(script), "timeout", "1s"))) {
            assertThat(checked.error()).contains("did not end within 1s and was ended", "it put out nothing");
        }
        awaitEnd(Long.parseLong(Files.readString(child).strip()));
    }

    @Test
    void a_child_that_holds_the_output_open_does_not_hold_the_tick() throws Exception {
        Path child = folder.resolve("child");
        String script = "sleep 600 & echo $! > " + child + "; echo done";
        try (Checked<CommandSettings> checked =
                command(Map.of("command", shell(script), "outputMatches", "done", "timeout", "1m"))) {
            assertThat(checked.error()).isEmpty();
        } finally {
            pid(child).destroyForcibly();
        }
    }

    @Test
    void an_interrupted_tick_ends_the_command() throws Exception {
        Path self = folder.resolve("self");
        try (Checked<CommandSettings> checked =
                command(Map.of("command", shell("echo $$ > " + self + "; sleep 600"), "timeout", "10m"))) {
            CompletableFuture<Throwable> ending = new CompletableFuture<>();
            Thread tick = Threads.startVirtual("tick", () -> {
                try {
                    checked.tick();
                    ending.complete(new AssertionError("the tick went on"));
                } catch (Exception e) {
                    ending.complete(e);
                }
            });
            Eventually.holds("the command runs", Duration.ofSeconds(10), () -> isWritten(self));
            tick.interrupt();
            assertThat(ending.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            awaitEnd(Long.parseLong(Files.readString(self).strip()));
        }
    }

    private static boolean isWritten(Path file) {
        try {
            return Files.exists(file) && Files.readString(file).endsWith("\n");
        } catch (IOException e) {
            return false;
        }
    }

    private static ProcessHandle pid(Path file) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
    }

    private static void awaitEnd(long pid) {
        Eventually.holds(
                "process " + pid + " has ended",
                Duration.ofSeconds(10),
                () -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
    }

    @Test
    void a_single_string_with_spaces_is_refused_with_a_hint() {
        assertThatThrownBy(() -> Checked.bind(new CommandKind(), Map.of("command", List.of("ls -l /tmp"))))
                .hasMessageContaining("agents.watched.command")
                .hasMessageContaining("write [ls, -l, /tmp]");
        assertThatThrownBy(() -> Checked.bind(new CommandKind(), Map.of("command", "ls -l")))
                .hasMessageContaining("agents.watched.command")
                .hasMessageContaining("list");
    }
}
