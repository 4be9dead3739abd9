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
    private static final String OVERVIEW = "/api/v1/overview";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    /// Of what is no terminal; a table that wraps cannot be read.
    private static final int WIDTH = 100;

    private static final List<Column> ALL = List.of(
            Column.of("id"),
            Column.of("kind"),
            Column.state(),
            Column.of("phase"),
            Column.health(agent -> agent.path("health")),
            Column.of("node"),
            Column.of("ticks"),
            Column.of("failures"),
            Column.of("lastDurationMs", agent -> milliseconds(agent.path("lastDurationMs"))),
            Column.of("lastError"));
    /// What fits a line; node and phase are in `agent list` and `agent describe`.
    private static final List<Column> ROW = List.of(
            Column.of("id", agent -> cut(Column.text(agent.path("id")), 22)),
            Column.state(),
            Column.health(agent -> agent.path("health")),
            Column.of("kind", agent -> cut(Column.text(agent.path("kind")), 14)),
            Column.of("ticks"),
            Column.of("failures"),
            Column.of("ms", agent -> milliseconds(agent.path("lastDurationMs"))),
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
        if (output.format() != Output.Format.TABLE) {
            output.list(agents(client, client.get(OVERVIEW)), ALL);
            return ExitCode.OK;
        }
        if (!Colours.isTerminal()) {
            plain(client);
            return ExitCode.OK;
        }
        try (var terminal = TerminalBuilder.builder().system(true).build()) {
            watch(client, terminal);
        }
        return ExitCode.OK;
    }

    private void plain(ApiClient client) {
        var table = new StringWriter();
        Table.print(new PrintWriter(table), ROW, agents(client, client.get(OVERVIEW)), new Colours(false));
        table.toString().lines().forEach(line -> output.out().println(cut(line, WIDTH)));
        output.out().flush();
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
            var overview = client.get(OVERVIEW);
            writer.println("Mainstay " + client.server() + "   nodes " + overview.path("nodes") + "   agents "
                    + StatusCommand.agents(overview) + "   health "
                    + Column.score(overview.path("health").path("score")) + "   q quits");
            writer.println();
            Table.print(writer, ROW, agents(client, overview), new Colours(false));
        } catch (CommandFailure e) {
            writer.println(Safe.lines(String.valueOf(e.getMessage())));
        }
        var colours = Colours.of(spec);
        var lines = new StringBuilder();
        screen.toString()
                .lines()
                .limit(Math.max(1, height - 1L))
                .forEach(line -> lines.append(coloured(cut(line, width), colours))
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

    private static List<JsonNode> agents(ApiClient client, JsonNode overview) {
        return Urgency.worstFirst(
                client.items("/api/v1/agents", new LinkedHashMap<String, @Nullable String>(), 1000), overview);
    }

    private static String cut(String text, int width) {
        return text.length() > width ? text.substring(0, Math.max(0, width - 1)) + "…" : text;
    }

    private static String milliseconds(JsonNode value) {
        return value.isNumber() ? "%.1f".formatted(value.asDouble()) : "";
    }
}
