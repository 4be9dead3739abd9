package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/// What one task of many steps takes on disk, next to what its steps brought that was new. Immutable and thread-safe.
///
/// @param storedBytes by which its table has grown: rows, page headers, what is stored apart, the index
/// @param uniqueBytes the names and results of its steps, as JSON
record LongTask(double storedBytes, double uniqueBytes) {
    private static final String STORED = """
            SELECT sum(pg_total_relation_size(inhrelid))
            FROM pg_inherits
            WHERE inhparent = 'task_steps'::regclass
            """;

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    private static final int QUOTES = 2;
    private static final long SEED = 7;

    /// Each step gives another text, of any length up to `largest`, which does not compress.
    static LongTask run(Laboratory laboratory, int steps, int largest) {
        laboratory.execute("TRUNCATE task_steps");
        double before = laboratory.number(STORED);
        AtomicLong unique = new AtomicLong();
        Random random = new Random(SEED);
        new TaskRounds(laboratory, (value, context) -> {
                    for (int step = 0; step < steps; step++) {
                        String name = "step-" + step;
                        String text = text(random, 1 + random.nextInt(largest));
                        context.step(name, String.class, () -> text);
                        unique.addAndGet(name.length() + text.length() + QUOTES);
                    }
                })
                .round(1, Map.of());
        return new LongTask(laboratory.number(STORED) - before, unique.get());
    }

    private static String text(Random random, int length) {
        return random.ints(length, 0, LETTERS.length())
                .map(LETTERS::charAt)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    double ratio() {
        return storedBytes / uniqueBytes;
    }
}
