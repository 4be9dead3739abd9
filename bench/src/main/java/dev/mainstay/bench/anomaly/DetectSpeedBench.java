package dev.mainstay.bench.anomaly;

import dev.mainstay.anomaly.AnomalyDetector;
import dev.mainstay.anomaly.DetectorState;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How fast one thread judges points, what the state of a series takes, and how fast saved ones are read.
///
/// Used by one thread.
@Command(name = "detect-speed", description = "How many points a core judges, and what the state of a series takes.")
public final class DetectSpeedBench implements Callable<Integer> {
    private static final int ROUNDS = 5;
    private static final int WARM = 3000;
    private static final long STEP = 300_000;
    private static final double DAY = 24 * 3600 * 1000.0;

    @Option(names = "--series", defaultValue = "200", description = "judged in turn (${DEFAULT-VALUE})")
    private int series;

    @Option(names = "--states", defaultValue = "10000", description = "saved and loaded (${DEFAULT-VALUE})")
    private int states;

    @Mixin
    private Reporting reporting;

    private long time;
    private final Random random = new Random(1);

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("pointsPerSecond", Goal.atLeast(100_000));
        goals.put("bytesPerSeries", Goal.atMost(16 * 1024));
        goals.put("storedBytesPerSeries", Goal.atMost(8 * 1024));
        goals.put("loadSeconds", Goal.atMost(2));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("detect-speed", goals(), this::measure);
    }

    Measured measure() {
        List<AnomalyDetector> detectors = detectors(series);
        feed(detectors, WARM);
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            Stopwatch watch = Stopwatch.start();
            feed(detectors, WARM / 3);
            rates.add(series * (WARM / 3) / watch.seconds());
        }
        byte[] state = DetectorState.save(detectors.getFirst());
        Figures figures = new Figures()
                .addMedian("pointsPerSecond", Samples.of(rates))
                .add("bytesPerSeries", bytesPerSeries(state))
                .add("storedBytesPerSeries", state.length)
                .add("states", states);
        return new Measured(load(detectors, figures), "not used");
    }

    private static List<AnomalyDetector> detectors(int count) {
        List<AnomalyDetector> detectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            detectors.add(AnomalyDetector.withBudget(AnomalyDetector.DEFAULT_BUDGET));
        }
        return detectors;
    }

    /// One point for each series after the other, as they come in.
    private void feed(List<AnomalyDetector> detectors, int points) {
        for (int i = 0; i < points; i++) {
            time += STEP;
            double usual = 100 + 30 * Math.sin(2 * Math.PI * time / DAY);
            for (AnomalyDetector detector : detectors) {
                detector.observe(time, usual + random.nextGaussian());
            }
        }
    }

    /// By how much the heap grows with as many loaded detectors, which are as large as any.
    private double bytesPerSeries(byte[] state) {
        List<AnomalyDetector> kept = new ArrayList<>(states);
        long before = Heap.used();
        for (int i = 0; i < states; i++) {
            kept.add(DetectorState.load(state, AnomalyDetector.DEFAULT_BUDGET));
        }
        long after = Heap.used();
        return (after - before) / (double) kept.size();
    }

    private Figures load(List<AnomalyDetector> detectors, Figures figures) {
        List<byte[]> saved = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            saved.add(DetectorState.save(detectors.get(i % detectors.size())));
        }
        Stopwatch watch = Stopwatch.start();
        List<AnomalyDetector> loaded = new ArrayList<>();
        for (byte[] state : saved) {
            loaded.add(DetectorState.load(state, AnomalyDetector.DEFAULT_BUDGET));
        }
        return figures.add("loadSeconds", watch.seconds()).add("loaded", loaded.size());
    }
}
