package dev.mainstay.telemetry;

import java.util.Arrays;

/// Metrics waiting for the next flush, in columns: 24 bytes a point and no object. Guarded by its owner's lock.
final class MetricBuffer {
    private static final int FIRST_CAPACITY = 1024;

    private final int limit;
    private Series[] series = new Series[FIRST_CAPACITY];
    private long[] micros = new long[FIRST_CAPACITY];
    private double[] values = new double[FIRST_CAPACITY];
    private int size;

    MetricBuffer(int limit) {
        this.limit = limit;
    }

    /// False when the buffer is full and the point was dropped.
    boolean add(Series of, long atMicros, double value) {
        if (size == limit) {
            return false;
        }
        if (size == series.length) {
            grow();
        }
        series[size] = of;
        micros[size] = atMicros;
        values[size++] = value;
        return true;
    }

    private void grow() {
        int capacity = Math.min(limit, series.length * 2);
        series = Arrays.copyOf(series, capacity);
        micros = Arrays.copyOf(micros, capacity);
        values = Arrays.copyOf(values, capacity);
    }

    int size() {
        return size;
    }

    Series series(int index) {
        return series[index];
    }

    long micros(int index) {
        return micros[index];
    }

    double value(int index) {
        return values[index];
    }
}
