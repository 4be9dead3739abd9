package dev.mainstay.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads points from CSV, a line at a time. A line that is none is named by its number and passed over.
///
/// Not thread-safe.
final class PointReader {
    /// One line.
    ///
    /// @param timestamp as it was written
    /// @param text the value as it was written
    record Point(String timestamp, String text, long time, double value) {}

    private static final int NAMED = 20;
    private static final int DATE = 10;

    private final BufferedReader lines;
    private final Consumer<String> talk;
    private final int timestamp;
    private final int value;
    private long number = 1;
    private long bad;

    private PointReader(BufferedReader lines, Consumer<String> talk, int timestamp, int value) {
        this.lines = lines;
        this.talk = talk;
        this.timestamp = timestamp;
        this.value = value;
    }

    /// Reads the first line, which names the columns.
    static PointReader over(BufferedReader lines, Consumer<String> talk) throws IOException {
        var first = lines.readLine();
        if (first == null) {
            throw new CommandFailure(ExitCode.USAGE, "the file is empty; it needs the columns timestamp and value");
        }
        var names = cells(first.replace("\uFEFF", "").toLowerCase(Locale.ROOT));
        int timestamp = names.indexOf("timestamp");
        int value = names.indexOf("value");
        if (timestamp < 0 || value < 0) {
            throw new CommandFailure(
                    ExitCode.USAGE, "line 1 must name the columns timestamp and value, was: " + shortened(first));
        }
        return new PointReader(lines, talk, timestamp, value);
    }

    /// The next point; null at the end.
    @Nullable
    Point next() throws IOException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                return point(cells(line));
            } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException e) {
                tell(line, e);
            }
        }
        if (bad > NAMED) {
            talk.accept(bad + " lines were passed over, the first " + NAMED + " of them are named above");
        }
        return null;
    }

    private Point point(List<String> cells) {
        var when = cells.get(timestamp);
        var text = cells.get(value);
        return new Point(when, text, time(when), Double.parseDouble(text));
    }

    private void tell(String line, RuntimeException cause) {
        if (++bad <= NAMED) {
            var what = cause instanceof DateTimeException
                    ? "no time"
                    : cause instanceof NumberFormatException ? "no number" : "a column is missing";
            talk.accept("line " + number + " passed over, " + what + ": " + shortened(line));
        }
    }

    /// Milliseconds since 1970; without a zone it is UTC.
    static long time(String text) {
        var iso = text.length() > DATE && text.charAt(DATE) == ' ' ? text.replaceFirst(" ", "T") : text;
        boolean isZoned = iso.endsWith("Z") || iso.indexOf('+') > 0 || iso.lastIndexOf('-') > DATE;
        return (isZoned
                        ? OffsetDateTime.parse(iso).toInstant()
                        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC))
                .toEpochMilli();
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.split(",", -1)).map(PointReader::bare).toList();
    }

    private static String bare(String cell) {
        var stripped = cell.strip();
        boolean isQuoted = stripped.length() > 1 && stripped.startsWith("\"") && stripped.endsWith("\"");
        return isQuoted ? stripped.substring(1, stripped.length() - 1) : stripped;
    }

    private static String shortened(String line) {
        return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }

    long badLines() {
        return bad;
    }
}
