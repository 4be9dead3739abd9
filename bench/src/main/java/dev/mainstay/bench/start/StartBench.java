package dev.mainstay.bench.start;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.lab.TemporaryFolder;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.bench.up.RunningServer;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./mainstay up` until it is ready, first on an empty data folder and then on the same one again; and `--help`.
/// Everything goes through the launcher as a person types it, on a build that is up to date. Used by one thread.
@Command(name = "start", description = "From the command to a server that is ready, and to the help text.")
public final class StartBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--rounds", defaultValue = "7", description = "of each (${DEFAULT-VALUE})")
    private int rounds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("emptyFolderMs", Goal.atMost(6_000));
        goals.put("existingFolderMs", Goal.atMost(3_000));
        goals.put("cliHelpMs", Goal.atMost(300));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("start", GOALS, this::measure);
    }

    private Measured measure() throws IOException, InterruptedException {
        var launcher = Launcher.find();
        launcher.build();
        var figures = new Figures();
        List<Double> empty = new ArrayList<>();
        List<Double> existing = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            starts(launcher, empty, existing);
            Reporting.say("round %d: %.0f ms on an empty folder, %.0f ms on the same again"
                    .formatted(round, empty.getLast(), existing.getLast()));
        }
        figures.addMedian("emptyFolderMs", Samples.of(empty));
        figures.addMedian("existingFolderMs", Samples.of(existing));
        figures.addMedian("cliHelpMs", help(launcher));
        try (var laboratory = Laboratory.open()) {
            return new Measured(figures, laboratory.version());
        }
    }

    private static void starts(Launcher launcher, List<Double> empty, List<Double> existing) {
        try (var root = TemporaryFolder.create()) {
            Path folder = root.path().resolve("data");
            for (List<Double> millis : List.of(empty, existing)) {
                try (var server = RunningServer.start(List.of(launcher.path()), folder, Map.of())) {
                    millis.add(server.startMillis());
                }
            }
            EmbeddedPostgres.discard(folder.resolve("postgres"));
        }
    }

    private Samples help(Launcher launcher) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round <= 2 * rounds; round++) {
            var watch = Stopwatch.start();
            launcher.run("--help");
            if (round > 0) {
                millis.add(watch.millis());
            }
        }
        return Samples.of(millis);
    }
}
