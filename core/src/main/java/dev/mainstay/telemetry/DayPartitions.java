package dev.mainstay.telemetry;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/// The partitions of a table by day, as far as a writer knows them. Used by one thread.
final class DayPartitions {
    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    private final String table;
    private final Set<String> known = new HashSet<>();

    DayPartitions(String table) {
        this.table = table;
    }

    String name(long day) {
        return table + "_" + LocalDate.ofEpochDay(day).format(DAY);
    }

    boolean exists(Handle handle, String partition) {
        if (!known.contains(partition)
                && handle.createQuery("SELECT to_regclass(:name) IS NOT NULL")
                        .bind("name", partition)
                        .mapTo(Boolean.class)
                        .one()) {
            known.add(partition);
        }
        return known.contains(partition);
    }

    /// Forgets which partitions there are; one may have been dropped.
    void forget() {
        known.clear();
    }

    /// The rows of each day by number, nearly always of one; `micros` tells when a row was.
    static Map<Long, int[]> byDay(int rows, IntToLongFunction micros) {
        Map<Long, IntStream.Builder> days = new TreeMap<>();
        for (int row = 0; row < rows; row++) {
            long day = Math.floorDiv(micros.applyAsLong(row), MICROS_PER_DAY);
            days.computeIfAbsent(day, any -> IntStream.builder()).add(row);
        }
        Map<Long, int[]> numbers = new TreeMap<>();
        days.forEach((day, rowsOfDay) -> numbers.put(day, rowsOfDay.build().toArray()));
        return numbers;
    }
}
