package dev.mainstay.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The type of a value written without quotes. Only what reads back exactly as written becomes a number, so that an id
/// `007` or a version `1e3` stays what the person typed. Stateless.
final class YamlScalars {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
    private static final int LONGEST_NUMBER = 40;

    private YamlScalars() {}

    static @Nullable Object typed(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches() ? number(text) : text;
        };
    }

    private static Object number(String text) {
        var number = new BigDecimal(text);
        if (!number.toString().equals(text)) {
            return text;
        }
        return number.scale() == 0 && number.precision() <= 18 ? (Object) number.longValueExact() : number;
    }
}
