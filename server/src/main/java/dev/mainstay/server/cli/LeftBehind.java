package dev.mainstay.server.cli;

import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What else runs in a data folder besides the Mainstay that owns it, and outlives it when that one is killed.
///
/// Immutable and thread-safe.
///
/// @param postgres the process id of the embedded PostgreSQL
/// @param joined the names of the nodes that joined from this machine and still run
record LeftBehind(Path data, Optional<Long> postgres, List<String> joined) {

    static LeftBehind in(Path data) {
        return new LeftBehind(
                data,
                EmbeddedPostgres.runningIn(postgres(data)).map(ProcessHandle::pid),
                joined(data.resolve("nodes")));
    }

    private static Path postgres(Path data) {
        return data.resolve("postgres");
    }

    private static List<String> joined(Path nodes) {
        if (!Files.isDirectory(nodes)) {
            return List.of();
        }
        try (var folders = Files.list(nodes)) {
            return folders.filter(folder -> DataFolder.holder(folder).isPresent())
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// More words for a message that no Mainstay owns the folder; nothing when nothing was left.
    String described() {
        var words = new StringBuilder();
        postgres.ifPresent(pid -> words.append("\nIts PostgreSQL still runs (process ")
                .append(pid)
                .append("): `mainstay up` takes it over, `mainstay down` stops it."));
        if (!joined.isEmpty()) {
            words.append("\nNodes that joined still run: ").append(howToStop()).append('.');
        }
        return words.toString();
    }

    /// Each node with the command that stops it.
    String howToStop() {
        return joined.stream()
                .map(node -> node + " (`mainstay down --node " + node + "`)")
                .collect(Collectors.joining(", "));
    }

    /// Ends the PostgreSQL whose Mainstay is gone.
    void stopPostgres() {
        try (var held = DataFolder.open(data)) {
            EmbeddedPostgres.stopIn(held.postgres());
        }
    }
}
