package dev.mainstay.bench.anomaly;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Ten seasonal series of twelve weeks, by seed. Stateless and thread-safe.
final class SyntheticSeries {
    private static final long DAY = 24L * 3600 * 1000;
    private static final long HOUR = 3600 * 1000;
    private static final long START = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();
    private static final int POINTS = 12 * 7 * 24;
    private static final int SERIES = 10;
    private static final int DAYS_A_WEEK = 5;

    private SyntheticSeries() {}

    static List<LabelledSeries> all(long seed) {
        return IntStream.range(0, SERIES)
                .mapToObj(number -> series(number, new Random(seed + number)))
                .toList();
    }

    /// From one to the next they have more noise; every second has weekends, every third a trend, and the last ones
    /// noise that hangs together.
    private static LabelledSeries series(int number, Random random) {
        long[] times = new long[POINTS];
        double[] values = new double[POINTS];
        double phase = random.nextDouble();
        double wander = 0;
        for (int i = 0; i < POINTS; i++) {
            times[i] = START + i * HOUR;
            wander = number < SERIES / 2 ? 0 : 0.9 * wander + random.nextGaussian();
            double noise = (1 + number) * random.nextGaussian() + 2 * wander;
            values[i] = 200 + course(number, times[i], phase) + trend(number, i) + noise;
        }
        return new LabelledSeries("synthetic-" + number, times, values, List.of());
    }

    private static double course(int number, long time, double phase) {
        double day = 2 * Math.PI * (time % DAY / (double) DAY + phase);
        boolean isWeekend = number % 2 == 0 && (time - START) / DAY % 7 >= DAYS_A_WEEK;
        return (isWeekend ? 0.3 : 1) * (40 * Math.sin(day) + 15 * Math.sin(2 * day + number));
    }

    private static double trend(int number, int hours) {
        return number % 3 == 0 ? 0.01 * hours : 0;
    }
}
