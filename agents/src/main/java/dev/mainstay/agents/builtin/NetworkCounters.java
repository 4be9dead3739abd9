package dev.mainstay.agents.builtin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Bytes through all network devices but the loopback since the machine started, from Linux's `/proc/net/dev`.
/// Immutable.
record NetworkCounters(long received, long sent) {
    private static final int SENT_COLUMN = 8;
    private static final int COLUMNS = 16;

    /// Empty where there is no such file.
    static Optional<NetworkCounters> read(Path proc) {
        try {
            return Optional.of(sum(Files.readAllLines(proc.resolve("net/dev"))));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static NetworkCounters sum(List<String> lines) {
        long received = 0;
        long sent = 0;
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0 || line.substring(0, colon).strip().equals("lo")) {
                continue;
            }
            String[] columns = line.substring(colon + 1).strip().split("\\s+", -1);
            if (columns.length >= COLUMNS) {
                received += Long.parseLong(columns[0]);
                sent += Long.parseLong(columns[SENT_COLUMN]);
            }
        }
        return new NetworkCounters(received, sent);
    }
}
