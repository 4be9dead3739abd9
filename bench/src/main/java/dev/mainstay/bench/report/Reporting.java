package dev.mainstay.bench.report;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/// How a bench answers: the report on stdout, as a table or as JSON; talk goes to stderr.
///
/// Used by one thread.
public final class Reporting {
    /// What a report can look like.
    public enum Format {
        TABLE,
        JSON;

        /// As it is typed.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table or json (default: ${DEFAULT-VALUE})")
    private Format format = Format.TABLE;

    /// Runs the bench and prints its report; 0 whatever the figures are.
    public int report(String name, Map<String, Goal> goals, Callable<Measured> bench) throws Exception {
        Machine machine = Machine.here();
        Measured measured = bench.call();
        var report = new Report(
                name, measured.figures().values(), goals, machine.with(measured.postgres()), Commit.describe());
        System.out.println(format == Format.JSON ? report.json() : report.table());
        return 0;
    }

    /// Says how far the bench is.
    public static void say(String line) {
        System.err.println(line);
    }
}
