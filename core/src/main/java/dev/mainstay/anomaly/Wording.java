package dev.mainstay.anomaly;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.Locale;

/// Says times, spans and values as people do. Immutable.
record Wording(Scale scale, Sample sample) {
    static final long DAY = 24L * 3600 * 1000;
    private static final long HOUR = 3600 * 1000;
    private static final long MINUTE = 60 * 1000;
    private static final long SECOND = 1000;
    private static final double FAR = 1000;

    /// Such as `6.2× the 99th percentile`.
    String times(double ratio) {
        return factor(ratio) + " the 99th percentile";
    }

    String factor(double ratio) {
        if (!(ratio < FAR)) {
            return "over 1000×";
        }
        return String.format(Locale.ROOT, ratio < 10 ? "%.1f×" : "%.0f×", ratio);
    }

    /// What so many points take in real time, before a noun: `12-minute`.
    String every(int points) {
        return span(points).replaceFirst("s$", "").replace(' ', '-');
    }

    /// What so many points take in real time: `12 minutes`.
    String span(int points) {
        return sample.interval() > 0 ? duration(points * sample.interval()) : points + " points";
    }

    /// In the largest unit of which there are at least two.
    String duration(long millis) {
        if (millis >= 2 * DAY) {
            return of(millis, DAY, "days");
        }
        if (millis >= 2 * HOUR) {
            return of(millis, HOUR, "hours");
        }
        return millis >= 2 * MINUTE ? of(millis, MINUTE, "minutes") : of(millis, SECOND, "seconds");
    }

    private static String of(long millis, long unit, String name) {
        return number(BigDecimal.valueOf(millis / (double) unit), 3) + " " + name;
    }

    String hourOfWeek() {
        LocalDateTime time = time();
        return time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                + String.format(Locale.ROOT, " %02d:00", time.getHour());
    }

    String timeOfDay() {
        return String.format(Locale.ROOT, "%02d:%02d", time().getHour(), time().getMinute() / 30 * 30);
    }

    private LocalDateTime time() {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(sample.time()), ZoneOffset.UTC);
    }

    String value() {
        return number(sample.value());
    }

    String number(double scaled) {
        return number(BigDecimal.valueOf(scale.value(scaled)), 4);
    }

    private static String number(BigDecimal value, int digits) {
        BigDecimal rounded = value.round(new MathContext(digits)).stripTrailingZeros();
        boolean isPlain = Math.abs(rounded.precision() - rounded.scale()) <= 15;
        return isPlain ? rounded.toPlainString() : rounded.toString();
    }
}
