package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine commandLine =
            Main.commandLine(Map.of()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @Test
    void version_is_the_one_in_the_pom() {
        assertThat(commandLine.execute("--version")).isZero();
        assertThat(out.toString()).matches("mainstay \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
    }

    @Test
    void help_names_what_every_option_takes() {
        assertThat(unnamed(commandLine)).isEmpty();
    }

    @Test
    void help_alone_says_the_same_as_the_whole_command_line() {
        assertThat(Main.outline().getUsageMessage()).isEqualTo(commandLine.getUsageMessage());
    }

    @Test
    void help_alone_loads_no_library_but_that_of_the_command_line() throws IOException {
        Process help = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-verbose:class",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--help")
                .redirectErrorStream(true)
                .start();
        try (var said = help.inputReader()) {
            List<String> lines = said.lines().toList();
            assertThat(lines).anyMatch(line -> line.contains("Usage: mainstay"));
            assertThat(lines).noneMatch(line -> line.contains("tools.jackson") || line.contains(" org.jline"));
        }
    }

    private static List<String> unnamed(CommandLine command) {
        var found = new ArrayList<String>();
        if (command.getUsageMessage().contains("<arg")) {
            found.add(command.getCommandSpec().qualifiedName());
        }
        command.getSubcommands().values().forEach(below -> found.addAll(unnamed(below)));
        return found;
    }

    @Test
    void no_command_is_a_usage_error_that_shows_the_usage() {
        assertThat(commandLine.execute()).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Name a command.", "Usage: mainstay");
    }
}
