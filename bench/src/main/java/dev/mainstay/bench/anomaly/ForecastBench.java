package dev.mainstay.bench.anomaly;

import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Forecasts a day ahead, against the best of three simple ways for each series. Used by one thread.
@Command(name = "forecast", description = "How far forecasts a day ahead are off, against the best simple one.")
public final class ForecastBench implements Callable<Integer> {
    private static final int WEEKS = 4;

    @Option(names = "--seed", defaultValue = "1", description = "of the ten synthetic series (${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "series of at least four weeks from here too, laid out as for bench nab")
    private @Nullable Path data;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("atOrBelowBest", Goal.atLeast(8));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("forecast", goals(), this::measure);
    }

    Measured measure() throws IOException {
        Figures figures = new Figures();
        compare("", SyntheticSeries.all(seed), figures);
        if (data != null) {
            List<LabelledSeries> given = NumentaCorpus.read(data).stream()
                    .filter(series -> series.weeks() > WEEKS)
                    .toList();
            compare("given", given, figures);
        }
        return new Measured(figures, "not used");
    }

    private static void compare(String prefix, List<LabelledSeries> all, Figures figures) {
        List<ForecastTrial> trials = new ArrayList<>();
        for (LabelledSeries series : all) {
            ForecastTrial trial = ForecastTrial.of(series);
            Reporting.say("%-50s error %.4f, best simple %.4f, within the band %.3f"
                    .formatted(series.name(), trial.error(), trial.bestSimple(), trial.coverage()));
            trials.add(trial);
        }
        long won = trials.stream()
                .filter(trial -> trial.error() <= trial.bestSimple())
                .count();
        figures.add(named(prefix, "atOrBelowBest"), (double) won)
                .add(named(prefix, "series"), trials.size())
                .add(
                        named(prefix, "coverage"),
                        mean(trials.stream().map(ForecastTrial::coverage).toList()))
                .add(
                        named(prefix, "error"),
                        mean(trials.stream().map(ForecastTrial::error).toList()))
                .add(
                        named(prefix, "bestSimpleError"),
                        mean(trials.stream().map(ForecastTrial::bestSimple).toList()));
    }

    private static String named(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
