package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A person at the command line: types, and reads what comes back.
record Terminal(Map<String, String> environment) {

    /// What a command said and how it ended.
    record Said(int exit, String out, String err) {
        JsonNode json() {
            return ApiClient.JSON.readTree(out);
        }
    }

    Said type(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        var exit = Main.commandLine(environment)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
        return new Said(exit, out.toString(), err.toString());
    }

    /// The same for a command that must succeed.
    Said done(String... words) {
        var said = type(words);
        assertThat(said.exit())
                .as("%s: %s", String.join(" ", words), said.err())
                .isZero();
        return said;
    }
}
