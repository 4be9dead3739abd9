package dev.mainstay.server.cli;

import dev.mainstay.anomaly.Verdict;
import dev.mainstay.anomaly.Verdict.Treatment;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Says of each point what the detector said, as soon as it is known. A table, which is for people, has the anomalies
/// alone; the other formats have a row for each point. Not thread-safe.
final class VerdictWriter {
    private static final List<Column> COLUMNS = List.of(
            Column.of("timestamp"),
            Column.of("value"),
            Column.of("anomaly_score"),
            Column.of("is_anomaly"),
            Column.of("why"));
    private static final int DIGITS = 3;

    private final Output output;
    private final PrintWriter out;
    private final List<JsonNode> anomalies = new ArrayList<>();
    private long points;

    VerdictWriter(Output output) {
        this.output = output;
        this.out = output.out();
    }

    void begin() {
        switch (output.format()) {
            case CSV -> out.print("timestamp,value,anomaly_score,is_anomaly,why\r\n");
            case JSON -> out.print("{\"items\":[");
            case YAML -> out.print("items:\n");
            case TABLE, JSONL -> {}
        }
    }

    void add(PointReader.Point point, Verdict verdict) {
        switch (output.format()) {
            case CSV -> csv(point, verdict);
            case JSON -> out.print((points == 0 ? "\n" : ",\n") + json(point, verdict));
            case JSONL -> out.print(json(point, verdict) + "\n");
            case YAML -> out.print("- " + json(point, verdict) + "\n"); // flow style, which is YAML as well
            case TABLE -> keep(point, verdict);
        }
        points++;
    }

    private void csv(PointReader.Point point, Verdict verdict) {
        out.print(Csv.cell(point.timestamp()) + "," + Csv.cell(point.text()) + "," + score(verdict) + ","
                + (verdict.isAnomaly() ? 1 : 0) + "," + Csv.cell(why(verdict)) + "\r\n");
    }

    private void keep(PointReader.Point point, Verdict verdict) {
        if (verdict.isAnomaly()) {
            anomalies.add(json(point, verdict));
        }
    }

    private static ObjectNode json(PointReader.Point point, Verdict verdict) {
        var row = ApiClient.JSON.createObjectNode().put("timestamp", point.timestamp());
        if (Double.isFinite(point.value())) {
            row.put("value", point.value());
        } else {
            row.put("value", point.text()); // JSON has no such numbers
        }
        return row.put("anomaly_score", score(verdict))
                .put("is_anomaly", verdict.isAnomaly())
                .put("why", why(verdict));
    }

    private static BigDecimal score(Verdict verdict) {
        return BigDecimal.valueOf(verdict.score()).setScale(DIGITS, RoundingMode.HALF_UP);
    }

    private static String why(Verdict verdict) {
        return verdict.treatment() == Treatment.SCORED || verdict.treatment() == Treatment.WARMING_UP
                ? verdict.why()
                : "not scored: "
                        + verdict.treatment().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    void end() {
        switch (output.format()) {
            case TABLE -> output.list(anomalies, COLUMNS);
            case JSON -> out.print("\n],\"next\":null}\n");
            case CSV, JSONL, YAML -> {}
        }
        out.flush();
        if (output.format() == Output.Format.TABLE) {
            output.say(anomalies.size() + " anomalies among " + points + " points");
        }
    }
}
