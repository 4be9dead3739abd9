package dev.mainstay.bench.anomaly;

import dev.mainstay.anomaly.AnomalyDetector;
import dev.mainstay.anomaly.Verdict;
import dev.mainstay.bench.anomaly.NumentaScore.Profile;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The detector over a corpus with known anomalies, each series by itself, each point by those before it.
///
/// Used by one thread.
@Command(name = "nab", description = "How well anomalies are found, by the Numenta benchmark; needs its --data.")
public final class NumentaBench implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the benchmark's folder, with data/ and labels/combined_windows.json in it")
    private @Nullable Path data;

    @Mixin
    private Reporting reporting;

    @Spec
    private CommandSpec command;

    private final NumentaScore score = new NumentaScore();
    private double weeks;
    private int alarmsOutside;
    private int windowsWithAlarm;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("standard", Goal.atLeast(76));
        goals.put("lowFp", Goal.atLeast(70));
        goals.put("lowFn", Goal.atLeast(81));
        goals.put("falseAlarmsPerSeriesWeek", Goal.atMost(0.35));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        Path folder = data;
        if (folder == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "bench nab needs --data DIR: a copy of the Numenta benchmark (github.com/numenta/NAB),"
                            + " with data/GROUP/FILE.csv and labels/combined_windows.json in it");
        }
        return reporting.report("nab", goals(), () -> measure(folder));
    }

    Measured measure(Path folder) throws IOException {
        List<LabelledSeries> corpus = NumentaCorpus.read(folder);
        corpus.forEach(this::judge);
        var standard = score.best(Profile.STANDARD);
        Figures figures = new Figures()
                .add("standard", standard.score())
                .add("lowFp", score.best(Profile.LOW_FALSE_ALARMS).score())
                .add("lowFn", score.best(Profile.LOW_MISSES).score())
                .add("falseAlarmsPerSeriesWeek", standard.falseRows() / weeks)
                .add("hit", standard.hit())
                .add("windows", standard.windows())
                .add("threshold", standard.threshold())
                .add("budgetFalseAlarmsPerSeriesWeek", alarmsOutside / weeks)
                .add("budgetHit", windowsWithAlarm)
                .add("series", corpus.size());
        return new Measured(figures, "not used");
    }

    private void judge(LabelledSeries series) {
        AnomalyDetector detector = AnomalyDetector.withBudget(AnomalyDetector.DEFAULT_BUDGET);
        double[] scores = new double[series.length()];
        boolean[] alarmed = new boolean[series.windows().size()];
        for (int row = 0; row < scores.length; row++) {
            Verdict verdict = detector.observe(series.time(row), series.value(row));
            scores[row] = verdict.score();
            if (verdict.isAnomaly() && row >= series.scoredFrom()) {
                note(series, row, alarmed);
            }
        }
        score.add(series, scores);
        weeks += series.weeks();
    }

    private void note(LabelledSeries series, int row, boolean[] alarmed) {
        for (int window = 0; window < alarmed.length; window++) {
            if (series.windows().get(window).contains(row)) {
                windowsWithAlarm += alarmed[window] ? 0 : 1;
                alarmed[window] = true;
                return;
            }
        }
        alarmsOutside++;
    }
}
