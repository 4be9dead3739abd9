package dev.mainstay.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `mainstay top`: the fleet, drawn anew each second; once and plainly where there is no terminal. Not thread-safe.
@Command(
        name = "top",
        description = "Shows the fleet live, what is worst first; q ends it.",
        mixinStandardHelpOptions = true)
final class TopCommand implements Callable<Integer> {
    private static final long PERIOD_MILLIS = 1000;
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final List<String> ORDER =
            List.of("quarantined", "failed", "recovering", "maintenance", "initializing", "active");
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("kind"),
            Column.of("state"),
            Column.of("phase"),
            Column.of("health"),
            Column.of("node"),
            Column.of("ticks"),
            Column.of("failures"),
            Column.of("lastDurationMs", agent -> milliseconds(agent.path("lastDurationMs"))),
            Column.of("lastError"));

    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        var client = remote.connect();
        if (output.format() != Output.Format.TABLE || !Colours.isTerminal()) {
            output.list(agents(client), ROW);
            return ExitCode.OK;
        }
        try (var terminal = TerminalBuilder.builder().system(true).build()) {
            watch(client, terminal);
        }
        return ExitCode.OK;
    }

    private void watch(ApiClient client, Terminal terminal) throws IOException {
        terminal.enterRawMode();
        terminal.writer().print("\u001b[?1049h\u001b[?25l"); // another screen, no cursor: the shell's is left as it was
        try {
            do {
                terminal.writer().print(HOME + drawn(client, terminal.getHeight(), terminal.getWidth()) + CLEAR_BELOW);
                terminal.writer().flush();
            } while (!isEnd(terminal.reader().read(PERIOD_MILLIS)));
        } finally {
            terminal.writer().print("\u001b[?25h\u001b[?1049l");
            terminal.writer().flush();
        }
    }

    /// q, Ctrl-C, Ctrl-D, or the end of the input.
    private static boolean isEnd(int key) {
        return key == 'q' || key == 'Q' || key == 3 || key == 4 || key == -1;
    }

    private String drawn(ApiClient client, int height, int width) {
        var screen = new StringWriter();
        var writer = new PrintWriter(screen);
        try {
            var overview = client.get("/api/v1/overview");
            writer.println("Mainstay " + client.server() + "   nodes " + overview.path("nodes") + "   agents "
                    + StatusCommand.agents(overview) + "   health "
                    + Column.text(overview.path("health").path("score")) + "   q quits");
            writer.println();
            Table.print(writer, ROW, agents(client), new Colours(false));
        } catch (CommandFailure e) {
            writer.println(Safe.lines(String.valueOf(e.getMessage())));
        }
        var colours = Colours.of(spec);
        var lines = new StringBuilder();
        screen.toString()
                .lines()
                .limit(Math.max(1, height - 1L))
                .forEach(line -> lines.append(
                                coloured(line.length() > width ? line.substring(0, width) : line, colours))
                        .append(CLEAR_LINE)
                        .append("\r\n"));
        return lines.toString();
    }

    private static String coloured(String line, Colours colours) {
        var words = line.split("(?<= )(?=\\S)", -1);
        var result = new StringBuilder();
        for (var word : words) {
            result.append(colours.word(word));
        }
        return result.toString();
    }

    private static List<JsonNode> agents(ApiClient client) {
        var agents = client.items("/api/v1/agents", new LinkedHashMap<String, @Nullable String>(), 1000);
        return agents.stream()
                .sorted((left, right) -> Integer.compare(urgency(left), urgency(right)))
                .toList();
    }

    private static int urgency(JsonNode agent) {
        var place = ORDER.indexOf(agent.path("state").asString(""));
        return place < 0 ? ORDER.size() : place;
    }

    private static String milliseconds(JsonNode value) {
        return value.isNumber() ? "%.1f".formatted(value.asDouble()) : "";
    }
}
