package dev.mainstay.bench.gate;

import dev.mainstay.bench.gate.ParsedSources.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The names of events and metrics that the main sources write: in a Java file that records telemetry, every text of
/// the form `word.word`, alone or quoted inside SQL; in a migration, what is quoted in an insert of an event.
///
/// Thread-safe: it has no state.
final class TelemetryNames {

    private static final Set<String> MODULES = Set.of("core", "ai", "agents", "server");
    private static final Pattern NAME = Pattern.compile("(?!java\\.|mainstay\\.organization)[a-z]+(\\.[a-z_]+)+");
    private static final Pattern QUOTED = Pattern.compile("'(" + NAME + ")'");
    private static final Pattern RECORDING =
            Pattern.compile("(.*\\.)?(metric|event)|new (.*\\.)?(Metric|Event|Figure)");
    private static final String INSERT = "INSERT INTO system_events";
    private static final Pattern INSERT_STATEMENT = Pattern.compile(INSERT + "[^;]*;");
    private static final Pattern METER =
            Pattern.compile("(Timer|Gauge|Counter|FunctionCounter|DistributionSummary)\\.builder");
    private static final Pattern METER_NAME = Pattern.compile("mainstay(\\.[a-z]+)+");

    private static final Pattern EXPOSED = Pattern.compile("# TYPE (mainstay[a-z_]+) ");

    private TelemetryNames() {}

    static Set<String> inSources() throws IOException {
        var names = new TreeSet<String>();
        for (var file : mainJava()) {
            if (records(file)) {
                file.strings().forEach(text -> addTo(names, text));
            }
        }
        for (var file : Sources.all()) {
            if (file.toString().contains("/migration/")) {
                var statements = INSERT_STATEMENT.matcher(Files.readString(file));
                while (statements.find()) {
                    addQuotedTo(names, statements.group());
                }
            }
        }
        return names;
    }

    /// The names of `/metrics`, with dots, before Prometheus makes underscores of them and adds the unit.
    static Set<String> meters() {
        var names = new TreeSet<String>();
        for (var file : mainJava()) {
            var builds = file.calls().stream()
                    .anyMatch(call -> METER.matcher(call.text()).matches());
            for (var text : file.strings()) {
                if (builds && METER_NAME.matcher(text).matches()) {
                    names.add(text);
                }
                var exposed = EXPOSED.matcher(text);
                while (exposed.find()) {
                    names.add(exposed.group(1).replace('_', '.'));
                }
            }
        }
        return names;
    }

    private static Iterable<SourceFile> mainJava() {
        return ParsedSources.parse(Sources.java().stream()
                        .filter(Sources::isMain)
                        .filter(TelemetryNames::isShipped)
                        .toList())
                .files();
    }

    private static boolean isShipped(Path file) {
        var path = Sources.root().relativize(file);
        return MODULES.contains(path.getName(0).toString()) && !path.toString().contains("/testing/");
    }

    private static boolean records(SourceFile file) {
        return file.calls().stream()
                        .anyMatch(call -> RECORDING.matcher(call.text()).matches())
                || file.strings().stream().anyMatch(text -> text.contains(INSERT));
    }

    private static void addTo(Set<String> names, String text) {
        if (NAME.matcher(text).matches()) {
            names.add(text);
        }
        addQuotedTo(names, text);
    }

    private static void addQuotedTo(Set<String> names, String sql) {
        var quoted = QUOTED.matcher(sql);
        while (quoted.find()) {
            names.add(quoted.group(1));
        }
    }
}
