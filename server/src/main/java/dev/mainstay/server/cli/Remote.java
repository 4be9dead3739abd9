package dev.mainstay.server.cli;

import dev.mainstay.postgres.embedded.DataFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which Mainstay a command talks to, and with what key. Not thread-safe.
final class Remote extends DataLocation {
    private static final String SERVER_VARIABLE = "MAINSTAY_SERVER_URL";
    private static final String TOKEN_VARIABLE = "MAINSTAY_TOKEN";

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "The API; else MAINSTAY_SERVER_URL, else that of the Mainstay in the data folder.")
    private @Nullable String server;

    @Option(
            names = "--token",
            paramLabel = "KEY",
            description = "The API key; else MAINSTAY_TOKEN, else the admin key in the data folder.")
    private @Nullable String token;

    /// A client for what the options, the environment or the data folder name.
    ApiClient connect() {
        var named = Optional.ofNullable(server).or(() -> variable(SERVER_VARIABLE));
        var key = Optional.ofNullable(token).or(() -> variable(TOKEN_VARIABLE));
        if (named.isPresent()) {
            // The key of this machine's data folder is for the Mainstay there and is not sent to another one.
            return new ApiClient(uri(named.get()), key.orElseThrow(Remote::keyMissing));
        }
        var folder = folder();
        var address = DataFolder.holder(folder)
                .flatMap(DataFolder.Holder::address)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.UNREACHABLE,
                        "no Mainstay runs in " + folder.toAbsolutePath().normalize()
                                + "; start one with `mainstay up`, or name another with --server or "
                                + SERVER_VARIABLE + LeftBehind.in(folder).described()));
        return new ApiClient(address, key.orElseGet(() -> keyIn(folder)));
    }

    private static URI uri(String text) {
        var uri = text.matches("https?://[^/]+.*") ? text.replaceFirst("/+$", "") : "";
        try {
            return URI.create(uri.isEmpty() ? "http://" + text : uri);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--server must be a URL such as http://127.0.0.1:7070, was " + text);
        }
    }

    private static CommandFailure keyMissing() {
        return new CommandFailure(ExitCode.AUTH, "no API key: give one with --token or " + TOKEN_VARIABLE);
    }

    private static String keyIn(Path folder) {
        var file = folder.resolve("admin-token");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.AUTH,
                    "no API key: " + file + " cannot be read; give one with --token or " + TOKEN_VARIABLE);
        }
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(sources().environment().get(name)).filter(value -> !value.isBlank());
    }
}
