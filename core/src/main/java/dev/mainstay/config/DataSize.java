package dev.mainstay.config;

import java.util.Locale;
import java.util.regex.Pattern;

/// A number of bytes, written `512B`, `64KB`, `10MB`, `2GB` or `1TB`.
///
/// A KB is 1024 bytes, as PostgreSQL counts; KiB, MiB, GiB and TiB are read as the same. Immutable and thread-safe.
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final Pattern FORM = Pattern.compile("(-?\\d+)\\s*(B|KI?B|MI?B|GI?B|TI?B)");
    private static final String UNITS = "BKMGT";

    public static DataSize ofBytes(long bytes) {
        return new DataSize(bytes);
    }

    /// The size written as above, or `0`; an IllegalArgumentException says what is expected.
    public static DataSize parse(String text) {
        var written = text.strip();
        if (written.equals("0")) {
            return new DataSize(0);
        }
        var form = FORM.matcher(written.toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            var unit = written.matches("-?\\d+") ? "; it needs a unit, for example " + written + "KB" : "";
            throw new IllegalArgumentException(expected(written) + unit);
        }
        try {
            var scale = 1L << (10 * UNITS.indexOf(form.group(2).charAt(0)));
            return new DataSize(Math.multiplyExact(Long.parseLong(form.group(1)), scale));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(expected(written), e);
        }
    }

    private static String expected(String written) {
        return "expected a size such as 64KB, 10MB or 1GB, found " + Quoted.of(written);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /// The largest unit that is exact: `64KB`, `1500B`.
    @Override
    public String toString() {
        var unit = 0;
        var count = bytes;
        while (count != 0 && count % 1024 == 0 && unit < UNITS.length() - 1) {
            count /= 1024;
            unit++;
        }
        return count + (unit == 0 ? "B" : UNITS.charAt(unit) + "B");
    }
}
