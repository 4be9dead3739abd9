package dev.mainstay.server.cli;

import dev.mainstay.concurrent.Threads;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads server-sent events and goes on behind the last one when the connection breaks. Not thread-safe.
final class EventLines {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ApiClient client;
    private final String path;
    private @Nullable String last;
    private boolean isWanted = true;

    EventLines(ApiClient client, String path) {
        this.client = client;
        this.path = path;
    }

    /// Hands the data of each event to `taker` until it says that it has enough.
    void read(Predicate<String> taker) {
        do {
            Map<String, String> headers = new HashMap<>();
            if (last != null) {
                headers.put("Last-Event-ID", last);
            }
            try (var lines = client.lines(path, headers)) {
                read(lines.iterator(), taker);
            } catch (UncheckedIOException e) {
                // The connection broke; begun again below.
            } catch (CommandFailure failure) {
                if (last == null || failure.exitCode() != ExitCode.UNREACHABLE) {
                    throw failure;
                }
            }
        } while (isWanted && Threads.pause(PAUSE));
    }

    private void read(Iterator<String> lines, Predicate<String> taker) {
        while (isWanted && lines.hasNext()) {
            var line = lines.next();
            if (line.startsWith("id: ")) {
                last = line.substring(4);
            } else if (line.startsWith("data: ")) {
                isWanted = taker.test(line.substring(6));
            }
        }
    }
}
