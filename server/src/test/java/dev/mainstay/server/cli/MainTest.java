package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
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
