package dev.mainstay.ai.cost;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads prices from CSV: the header `model,input,cachedInput,output,currency`, then a model a line; `cachedInput` may
/// be empty, and all lines name one currency. Values hold no commas, so none are quoted. Stateless and thread-safe.
final class PriceCsv {
    private static final String HEADER = "model,input,cachedInput,output,currency";
    private static final int COLUMNS = 5;

    private PriceCsv() {}

    static PriceTable read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new MainstayException(ErrorCode.CONFIG_INVALID, file + " cannot be read: " + e, e);
        }
        if (lines.isEmpty() || !lines.getFirst().replace(" ", "").equals(HEADER)) {
            throw invalid(file, 1, "expected the header " + HEADER, null);
        }
        Map<String, ModelPrice> prices = new LinkedHashMap<>();
        Currency currency = null;
        for (int number = 2; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (!line.isBlank()) {
                currency = read(file, number, line, prices, currency);
            }
        }
        if (currency == null) {
            throw invalid(file, 1, "expected at least one model", null);
        }
        return new PriceTable(currency, prices);
    }

    private static Currency read(
            Path file, int number, String line, Map<String, ModelPrice> prices, @Nullable Currency before) {
        String[] values = line.split(",", -1);
        if (values.length != COLUMNS) {
            throw invalid(file, number, "expected " + COLUMNS + " values, found " + values.length, null);
        }
        try {
            String model = values[0].strip();
            BigDecimal cached = values[2].isBlank() ? null : new BigDecimal(values[2].strip());
            ModelPrice price =
                    new ModelPrice(new BigDecimal(values[1].strip()), cached, new BigDecimal(values[3].strip()));
            Currency currency = Currency.getInstance(values[4].strip());
            if (before != null && !before.equals(currency)) {
                throw new IllegalArgumentException("expected the currency " + before + " of the lines before");
            }
            if (model.isEmpty() || prices.putIfAbsent(model, price) != null) {
                throw new IllegalArgumentException("expected a model not named before, found '" + model + "'");
            }
            return currency;
        } catch (IllegalArgumentException e) {
            throw invalid(file, number, e.getMessage() == null ? "a value cannot be read" : e.getMessage(), e);
        }
    }

    private static MainstayException invalid(Path file, int line, String what, @Nullable Throwable cause) {
        return new MainstayException(ErrorCode.CONFIG_INVALID, file + ":" + line + ": " + what, cause);
    }
}
