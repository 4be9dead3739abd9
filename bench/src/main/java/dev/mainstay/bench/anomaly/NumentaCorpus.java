package dev.mainstay.bench.anomaly;

import dev.mainstay.bench.anomaly.LabelledSeries.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a folder laid out as the Numenta benchmark is: `data/GROUP/FILE.csv` and `labels/combined_windows.json`.
///
/// Stateless and thread-safe.
final class NumentaCorpus {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int TO_THE_SECOND = 19;

    private NumentaCorpus() {}

    static List<LabelledSeries> read(Path folder) throws IOException {
        JsonNode labels = MAPPER.readTree(Files.readString(folder.resolve("labels/combined_windows.json")));
        return labels.propertyStream()
                .sorted(Map.Entry.comparingByKey())
                .map(label -> series(folder, label.getKey(), label.getValue()))
                .toList();
    }

    private static LabelledSeries series(Path folder, String name, JsonNode windows) {
        List<String> lines = lines(folder.resolve("data").resolve(name));
        int length = lines.size() - 1;
        long[] times = new long[length];
        double[] values = new double[length];
        Map<Long, Integer> rows = new HashMap<>();
        for (int row = 0; row < length; row++) {
            String[] cells = lines.get(row + 1).split(",", -1);
            times[row] = time(cells[0]);
            values[row] = Double.parseDouble(cells[1]);
            rows.putIfAbsent(times[row], row);
        }
        List<Span> spans = new ArrayList<>();
        windows.forEach(window -> spans.add(new Span(
                row(rows, window.get(0).asString()), row(rows, window.get(1).asString()))));
        return new LabelledSeries(name, times, values, spans);
    }

    private static int row(Map<Long, Integer> rows, String time) {
        Integer row = rows.get(time(time));
        if (row == null) {
            throw new IllegalArgumentException("a window begins or ends at " + time + ", where there is no point");
        }
        return row;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long time(String text) {
        String seconds = text.substring(0, TO_THE_SECOND).replace(' ', 'T');
        return LocalDateTime.parse(seconds).toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}
