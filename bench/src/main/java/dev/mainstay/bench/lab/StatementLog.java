package dev.mainstay.bench.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What a server was asked to execute, by its own log: each statement that came over a connection, `BEGIN`, `COMMIT`
/// and the empty one by which a pool sees whether a connection lives among them; not what functions execute inside the
/// server. Immutable and thread-safe.
public final class StatementLog {
    /// With which a server writes it.
    public static final Map<String, String> SETTINGS = Map.of("log_statement", "all");

    private static final int SHOWN = 100;

    private final Path file;
    private final long start;
    private final Pattern line;

    private StatementLog(Path file, long start, String programs) {
        this.file = file;
        this.start = start;
        this.line = Pattern.compile(
                "^[^\\[\\n]*\\[\\d+] " + Pattern.quote(programs)
                        + "\\S* LOG:  (?:statement|execute [^:\\n]*):(.*(?:\\n\\t.*)*)",
                Pattern.MULTILINE);
    }

    static StatementLog from(Path file, String programs) {
        try {
            return new StatementLog(file, Files.size(file), programs);
        } catch (IOException e) {
            throw new UncheckedIOException("the server's log cannot be read", e);
        }
    }

    /// The beginning of each statement so far, in the order executed.
    public List<String> soFar() {
        return line.matcher(written()).results().map(StatementLog::shown).toList();
    }

    private static String shown(MatchResult found) {
        String statement = found.group(1).strip().replaceAll("\\s+", " ");
        return statement.length() > SHOWN ? statement.substring(0, SHOWN) : statement;
    }

    private String written() {
        try (var log = new RandomAccessFile(file.toFile(), "r")) {
            if (log.length() < start) {
                throw new IllegalStateException("the server's log was cut short while it was counted");
            }
            log.seek(start);
            byte[] bytes = new byte[Math.toIntExact(log.length() - start)];
            log.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the server's log cannot be read", e);
        }
    }
}
