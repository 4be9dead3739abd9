package dev.mainstay.ai.cost;

import dev.mainstay.Money;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.YamlSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Currency;
import java.util.Map;
import java.util.Optional;

/// Prices by model, given by the user because they change and differ by contract; none are built in.
///
/// A file ends in `.yml`, `.yaml` or `.csv`; prices are per million tokens.
///
/// ```yaml
/// currency: USD
/// models:
///   small-model: {input: 0.15, cachedInput: 0.075, output: 0.60}
/// ```
///
/// Immutable and thread-safe.
public final class PriceTable {
    private static final int MILLION = 6;

    private final Currency currency;
    private final Map<String, ModelPrice> prices;

    public PriceTable(Currency currency, Map<String, ModelPrice> prices) {
        this.currency = currency;
        this.prices = Map.copyOf(prices);
    }

    /// What stands in a YAML file.
    record Written(String currency, Map<String, ModelPrice> models) {
        Written {
            if (Currency.getAvailableCurrencies().stream()
                    .noneMatch(known -> known.getCurrencyCode().equals(currency))) {
                throw new IllegalArgumentException("currency must be a code such as USD, was '" + currency + "'");
            }
        }
    }

    /// The prices of a file.
    ///
    /// @throws dev.mainstay.config.ConfigException with file and line when they cannot be read
    public static PriceTable read(Path file) {
        if (file.toString().endsWith(".csv")) {
            return PriceCsv.read(file);
        }
        Written written = new RecordBinder(Map.of()).bind(Written.class, YamlSettings.read(file));
        return new PriceTable(Currency.getInstance(written.currency()), written.models());
    }

    /// The exact cost of a call; empty when the model has no price here, or its cached tokens have none.
    public Optional<Money> cost(String model, TokenCounts tokens) {
        ModelPrice price = prices.get(model);
        if (price == null) {
            return Optional.empty();
        }
        BigDecimal cachedPrice = price.cachedInput();
        if (cachedPrice == null && tokens.cachedInput() > 0) {
            return Optional.empty();
        }
        BigDecimal cached = cachedPrice == null ? BigDecimal.ZERO : times(cachedPrice, tokens.cachedInput());
        BigDecimal sum = times(price.input(), tokens.input())
                .add(cached)
                .add(times(price.output(), tokens.output()))
                .movePointLeft(MILLION);
        return Optional.of(new Money(sum.stripTrailingZeros(), currency));
    }

    private static BigDecimal times(BigDecimal price, long tokens) {
        return price.multiply(BigDecimal.valueOf(tokens));
    }
}
