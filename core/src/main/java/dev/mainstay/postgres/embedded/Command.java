package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One program run to its end within a bound, with all it said.
///
/// Immutable and thread-safe.
record Command(int exitCode, String output) {

    /// Runs {@code words}; a program that is not there counts as ended with 127, as in a shell.
    static Command run(Path folder, Duration bound, List<String> words) {
        var builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        clean(builder.environment());
        try {
            return finish(builder.start(), bound);
        } catch (IOException e) {
            return new Command(127, String.valueOf(e.getMessage()));
        }
    }

    /// A user's PGPORT, PGDATA or library path must not reach our server; English messages can be searched for.
    private static void clean(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        environment.keySet().removeAll(List.of("LD_LIBRARY_PATH", "LD_PRELOAD", "LANGUAGE"));
        environment.put("LC_ALL", "C");
    }

    private static Command finish(Process process, Duration bound) throws IOException {
        process.getOutputStream().close();
        var watch = process.onExit()
                .orTimeout(bound.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((ended, late) -> {
                    if (late != null) {
                        process.destroyForcibly();
                    }
                });
        try (var output = process.getInputStream()) {
            var said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            return new Command(process.waitFor(), said);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new MainstayException(ErrorCode.EMBEDDED_POSTGRES, "interrupted while a PostgreSQL program ran", e);
        } finally {
            watch.cancel(false);
        }
    }

    boolean succeeded() {
        return exitCode == 0;
    }
}
