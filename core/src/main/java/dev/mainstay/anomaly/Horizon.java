package dev.mainstay.anomaly;

import java.util.Arrays;
import java.util.List;

/// How far each model was off when it looked so many steps ahead, and which was off least. Not thread-safe.
///
/// The residuals of what was forecast indeed, whichever model made it, give the band: the share of them within it is
/// what it promises, whatever their distribution (split conformal prediction over the newest 128).
final class Horizon {
    private static final int RESIDUALS = 128;
    private static final double FORGETTING = 0.02;
    private static final double OUTSIDE = 0.05;

    private final int steps;
    private final double[] errors;
    private final int[] judged;
    private final float[][] pending;
    private final float[] chosen;
    private final long[] due;
    private final float[] residuals = new float[RESIDUALS];
    private int seen;

    Horizon(int steps, int models) {
        this.steps = steps;
        this.errors = new double[models];
        this.judged = new int[models];
        this.pending = new float[models][steps];
        this.chosen = new float[steps];
        this.due = new long[steps];
        Arrays.fill(due, Long.MIN_VALUE);
    }

    int steps() {
        return steps;
    }

    /// Compares what was forecast for this step, if anything was.
    void judge(long number, double value) {
        int slot = (int) Math.floorMod(number, (long) steps);
        if (due[slot] != number) {
            return;
        }
        for (int model = 0; model < errors.length; model++) {
            double error = Math.abs(value - pending[model][slot]);
            if (!Double.isNaN(error)) {
                judged[model]++;
                errors[model] += Math.max(FORGETTING, 1.0 / judged[model]) * (error - errors[model]);
            }
        }
        residuals[seen++ % RESIDUALS] = (float) (value - chosen[slot]);
    }

    /// Notes what the models expect so many steps after this one.
    void expect(long number, long time, List<ForecastModel> models) {
        int slot = (int) Math.floorMod(number + steps, (long) steps);
        for (int model = 0; model < errors.length; model++) {
            pending[model][slot] = (float) models.get(model).ahead(time, steps);
        }
        chosen[slot] = pending[best()][slot];
        due[slot] = number + steps;
    }

    /// The model that was off least; the last, which needs no season, while there is no other.
    int best() {
        int best = errors.length - 1;
        for (int model = 0; model < errors.length - 1; model++) {
            boolean isBetter = judged[best] == 0 || errors[model] < errors[best];
            best = judged[model] > 0 && isBetter ? model : best;
        }
        return best;
    }

    /// What must be added to a forecast so that one in twenty is below, or above; not a number before there were 20.
    double margin(boolean isUpper) {
        int count = Math.min(seen, RESIDUALS);
        if (count < 1 / OUTSIDE) {
            return Double.NaN;
        }
        float[] sorted = Arrays.copyOf(residuals, count);
        Arrays.sort(sorted);
        int outside = (int) (OUTSIDE * (count + 1)) - 1; // the conformal rank, which counts the one to come
        return sorted[isUpper ? count - 1 - Math.max(0, outside) : Math.max(0, outside)];
    }
}
