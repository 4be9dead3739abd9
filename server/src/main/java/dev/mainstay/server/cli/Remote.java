package dev.mainstay.server.cli;

import dev.mainstay.postgres.embedded.DataFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
            return at(uri(named.get()), key);
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

    /// The key of a data folder is for the Mainstay there: it is sent to a named address only where the folder is named
    /// beside it, or by the environment for an address of this machine.
    private ApiClient at(URI address, Optional<String> key) {
        var folder = optionFolder().or(() -> isOfThisMachine(address) ? variableFolder() : Optional.empty());
        var given = key.or(() -> folder.map(Remote::keyIn));
        if (given.isEmpty()) {
            new ApiClient(address, "")
                    .exchange("GET", "/health/live", null, Map.of()); // an address that is wrong is told first
            throw new CommandFailure(
                    ExitCode.AUTH,
                    "no API key: give one with --token or " + TOKEN_VARIABLE
                            + ", or name the data folder that holds one with --data or MAINSTAY_DATA");
        }
        return new ApiClient(address, given.get());
    }

    private static boolean isOfThisMachine(URI address) {
        var host = String.valueOf(address.getHost());
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
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
