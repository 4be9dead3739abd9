package dev.mainstay.agents.builtin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Linux's `/proc/meminfo`, in bytes. Immutable.
record MemoryFile(long total, double available) {
    private static final long KILO = 1_024;

    /// Empty where there is no such file, or it does not say.
    static Optional<MemoryFile> read(Path proc) {
        try {
            Map<String, Long> lines = parse(Files.readAllLines(proc.resolve("meminfo")));
            Long total = lines.get("MemTotal");
            Long available = lines.get("MemAvailable");
            return total == null || available == null
                    ? Optional.empty()
                    : Optional.of(new MemoryFile(total, (double) available));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Long> parse(List<String> lines) {
        Map<String, Long> parsed = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split("[:\\s]+", -1);
            if (words.length >= 2) {
                parsed.put(words[0], Long.parseLong(words[1]) * KILO);
            }
        }
        return parsed;
    }
}
