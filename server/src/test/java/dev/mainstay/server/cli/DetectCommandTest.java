package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class DetectCommandTest {
    private static final int POINTS = 2000;
    private static final int SPIKE = 1500;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine(Map.of())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("series.csv"), text).toString();
    }

    /// Two thousand points in a pattern, and one that does not belong.
    private String series() throws IOException {
        var text = new StringBuilder("timestamp,value\n");
        var time = LocalDateTime.parse("2026-03-02T00:00:00");
        for (int i = 0; i < POINTS; i++) {
            var when = time.plusMinutes(5L * i).toString().replace('T', ' ');
            text.append(when).append(when.length() == 16 ? ":00," : ",");
            text.append(i == SPIKE ? 500 : 10 + i * 7 % 11).append('\n');
        }
        return file(text.toString());
    }

    @Test
    void csv_has_every_point_with_its_score_and_why() throws IOException {
        assertThat(run("detect", series(), "-o", "csv")).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(POINTS + 1).first().isEqualTo("timestamp,value,anomaly_score,is_anomaly,why");
        assertThat(lines.get(SPIKE + 1))
                .startsWith("2026-03-07 05:00:00,500,")
                .contains(",1,")
                .contains("value");
        assertThat(lines.stream().filter(line -> line.contains(",1,"))).hasSize(1);
    }

    @Test
    void a_table_has_the_anomalies_alone() throws IOException {
        assertThat(run("detect", series())).isZero();
        assertThat(out.toString().lines()).hasSize(2).last().asString().contains("2026-03-07 05:00:00", "500");
        assertThat(err.toString()).contains("1 anomalies among 2000 points");
    }

    @Test
    void json_and_its_lines_are_as_those_of_other_commands() throws IOException {
        var json = JsonMapper.builder().build();
        assertThat(run("detect", series(), "-o", "json")).isZero();
        var items = json.readTree(out.toString()).path("items");
        assertThat(items.size()).isEqualTo(POINTS);
        assertThat(items.get(SPIKE).path("is_anomaly").asBoolean()).isTrue();
        out.getBuffer().setLength(0);
        assertThat(run("detect", series(), "-o", "jsonl")).isZero();
        assertThat(json.readTree(out.toString().lines().toList().get(SPIKE))).isEqualTo(items.get(SPIKE));
    }

    @Test
    void bad_lines_are_named_by_number_and_passed_over() throws IOException {
        var file = file("""
                timestamp,value
                2026-03-02 00:00:00,1
                yesterday,2
                2026-03-02 00:10:00,many
                2026-03-02T00:15:00Z
                2026-03-02T00:20:00+01:00,5
                """);
        assertThat(run("detect", file, "-o", "csv")).isEqualTo(ExitCode.FAILURE);
        assertThat(out.toString().lines()).hasSize(3);
        assertThat(err.toString())
                .contains("line 3 passed over, no time", "line 4 passed over, no number")
                .contains("line 5 passed over, a column is missing");
    }

    @Test
    void late_points_and_values_that_are_none_say_so() throws IOException {
        var file = file("""
                value,timestamp
                1,2026-03-02 00:00:00
                NaN,2026-03-02 00:05:00
                2,2026-03-01 00:00:00
                """);
        assertThat(run("detect", file, "-o", "csv")).isZero();
        assertThat(out.toString()).contains("not scored: no value", "not scored: late");
    }

    @Test
    void what_cannot_be_read_is_said() throws IOException {
        assertThat(run("detect", folder.resolve("none.csv").toString())).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("detect", folder.toString())).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains(folder + " cannot be read");
        Path latin = Files.write(folder.resolve("latin.csv"), new byte[] {'t', (byte) 0xe4, '\n'});
        assertThat(run("detect", latin.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("latin.csv is no text in UTF-8");
        assertThat(run("detect", file("time;value\n"))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("line 1 must name the columns timestamp and value, was: time;value");
        assertThat(run("detect", file(""))).isEqualTo(ExitCode.USAGE);
        assertThat(run("detect", file("timestamp,value\n"), "--budget", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("the budget must be above 0");
    }
}
