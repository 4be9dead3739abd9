package dev.mainstay.ai.cost;

import dev.mainstay.config.Doc;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// What a model costs. Immutable and thread-safe.
public record ModelPrice(
        @Doc("Price of a million tokens read anew.") BigDecimal input,

        @Nullable @Doc("Price of a million tokens that were cached; unknown when not given.")
        BigDecimal cachedInput,

        @Doc("Price of a million tokens written.") BigDecimal output) {
    public ModelPrice {
        requireNotNegative("input", input);
        requireNotNegative("cachedInput", cachedInput);
        requireNotNegative("output", output);
    }

    private static void requireNotNegative(String name, @Nullable BigDecimal price) {
        if (price != null && price.signum() < 0) {
            throw new IllegalArgumentException(name + " must not be negative, was " + price);
        }
    }
}
