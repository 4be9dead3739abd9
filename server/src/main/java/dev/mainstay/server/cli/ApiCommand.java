package dev.mainstay.server.cli;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay api`: any call, with the key found. Not thread-safe.
@Command(
        name = "api",
        description =
                "Calls the HTTP API and prints the answer as it came; `mainstay api GET /openapi.yaml` describes it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay api GET '/api/v1/agents?state=failed'",
            "  mainstay api POST /api/v1/keys -d '{\"name\": \"grafana\", \"role\": \"viewer\"}'"
        })
final class ApiCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Remote remote;

    @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST, PUT or DELETE.")
    private String method = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "The path, with its query.")
    private String path = "";

    @Option(
            names = {"-d", "--body"},
            paramLabel = "JSON",
            description = "The body.")
    private @Nullable String body;

    @Override
    public Integer call() {
        if (!path.startsWith("/")) {
            throw new CommandFailure(ExitCode.USAGE, "the path must begin with /, was " + path);
        }
        var answer = remote.connect().exchange(method.toUpperCase(Locale.ROOT), path, body, Map.of());
        var out = spec.commandLine().getOut();
        out.print(answer.body());
        if (!answer.body().isEmpty() && !answer.body().endsWith("\n")) {
            out.println();
        }
        out.flush();
        return answer.statusCode() < 400 ? ExitCode.OK : ExitCode.ofStatus(answer.statusCode());
    }
}
