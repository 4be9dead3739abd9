package dev.mainstay.server.stream;

import dev.mainstay.server.json.Json;
import dev.mainstay.task.QueueView;
import dev.mainstay.telemetry.EventRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Messages that belong together, encoded as server-sent events. Only the last of them carries the position, so that
/// whoever breaks off in the middle is given all of them again. Not thread-safe.
final class Frame {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Frame agent(FleetEntry entry) {
        return message("agent", entry.json);
    }

    Frame removed(String id) {
        return message("removed", Json.bytes(Map.of("id", id)));
    }

    private record Beat(
            String id,
            @Nullable Instant lastHeartbeat,
            @Nullable String phase,
            long ticks,
            long failures,
            long items,
            @Nullable Double lastDurationMs) {
        static Beat of(FleetEntry entry) {
            var row = entry.row;
            return new Beat(
                    row.id(),
                    row.lastHeartbeat(),
                    row.phase(),
                    row.ticks(),
                    row.failures(),
                    row.items(),
                    row.lastDurationMs());
        }
    }

    private record Beats(List<Beat> items) {}

    Frame beats(List<FleetEntry> entries) {
        return entries.isEmpty()
                ? this
                : message(
                        "beats",
                        Json.bytes(new Beats(entries.stream().map(Beat::of).toList())));
    }

    Frame overview(byte[] json) {
        return message("overview", json);
    }

    private record Queues(List<QueueView> items) {}

    Frame tasks(List<QueueView> queues) {
        return queues.isEmpty() ? this : message("task", Json.bytes(new Queues(queues)));
    }

    Frame event(EventRow event) {
        return message("event", Json.bytes(event));
    }

    Frame ready(String node) {
        return message("ready", Json.bytes(Map.of("node", node)));
    }

    private Frame message(String name, byte[] data) {
        endMessage();
        bytes.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(data);
        bytes.write('\n');
        return this;
    }

    private void endMessage() {
        if (bytes.size() > 0) {
            bytes.write('\n');
        }
    }

    boolean isEmpty() {
        return bytes.size() == 0;
    }

    byte[] endingAt(Position position) {
        bytes.writeBytes(("id: " + position.text() + "\n\n").getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }
}
