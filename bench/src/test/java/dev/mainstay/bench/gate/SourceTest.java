package dev.mainstay.bench.gate;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.gate.ParsedSources.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Sizes of files and methods, and what a source file must or may not say.
class SourceTest {

    private static final ParsedSources SOURCES = ParsedSources.parse(Sources.java());

    private static final Pattern DASHBOARD = Pattern.compile("\\.(js|css|html)$");
    private static final Pattern CLOCK = Pattern.compile("\\b(Instant|(Local|Offset|Zoned)(Date|Time|DateTime))\\.now"
            + "|System\\.currentTimeMillis|\\bClock\\.system|InstantSource\\.system");
    private static final Pattern SLEEP = Pattern.compile("\\b(Thread|[A-Z]+)\\.sleep|LockSupport\\.park(Nanos|Until)");

    @Test
    void files_are_short() {
        assertThat(all().filter(file -> file.lines() > 500).map(SourceFile::toString))
                .as("files over 500 lines")
                .isEmpty();
        var lengths = main().map(SourceFile::lines).sorted().toList();
        report("file lines", lengths);
        assertThat(percentile(lengths, 50)).as("median lines of a file").isLessThanOrEqualTo(80);
        assertThat(percentile(lengths, 90)).as("p90 lines of a file").isLessThanOrEqualTo(250);
    }

    @Test
    void files_of_the_dashboard_are_short() throws IOException {
        var tooLong = new ArrayList<Path>();
        for (var file : Sources.all()) {
            if (DASHBOARD.matcher(file.toString()).find()
                    && Files.readAllLines(file).size() > 500) {
                tooLong.add(file);
            }
        }
        assertThat(tooLong).as("files over 500 lines").isEmpty();
    }

    @Test
    void methods_are_short() {
        assertThat(all().flatMap(file -> file.methods().stream()
                        .filter(method -> method.lines() > 60)
                        .map(method -> file + " " + method)))
                .as("methods over 60 lines")
                .isEmpty();
        var lengths = main().flatMap(file -> file.methods().stream())
                .map(ParsedSources.Method::lines)
                .sorted()
                .toList();
        report("method lines", lengths);
        assertThat(percentile(lengths, 90)).as("p90 lines of a method").isLessThanOrEqualTo(15);
    }

    @Test
    void every_public_class_says_whether_it_is_thread_safe() {
        var silent = main().flatMap(file -> file.publicClasses().stream())
                .filter(type -> type.documentation() == null
                        || !type.documentation().toLowerCase(Locale.ROOT).contains("thread"))
                .map(ParsedSources.PublicClass::name)
                .toList();
        assertThat(silent).as("public classes that do not mention threads").isEmpty();
    }

    @Test
    void tests_wait_for_a_signal_and_not_for_time_to_pass() {
        assertThat(callsInTests(SLEEP)).isEmpty();
    }

    @Test
    void tests_do_not_read_a_clock() {
        assertThat(callsInTests(CLOCK)).isEmpty();
    }

    private static List<String> callsInTests(Pattern forbidden) {
        return all().filter(file -> !Sources.isMain(file.path()))
                .flatMap(file -> file.calls().stream()
                        .filter(call -> forbidden.matcher(call.text()).find())
                        .map(call -> file.path() + ":" + call.line() + " " + call.text()))
                .toList();
    }

    private static Stream<SourceFile> all() {
        return SOURCES.files().stream();
    }

    private static Stream<SourceFile> main() {
        return all().filter(file -> Sources.isMain(file.path()))
                .filter(file -> !file.path().endsWith("package-info.java"));
    }

    private static int percentile(List<Integer> sorted, int percent) {
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private static void report(String what, List<Integer> sorted) {
        System.out.println(Stream.of(50, 90, 100)
                .map(percent -> "p" + percent + " " + percentile(sorted, percent))
                .collect(joining(", ", what + ": ", " of " + sorted.size())));
    }
}
