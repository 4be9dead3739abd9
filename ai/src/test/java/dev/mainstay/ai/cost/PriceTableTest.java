package dev.mainstay.ai.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.Money;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PriceTableTest {
    private static final String YAML = """
            currency: USD
            models:
              small: {input: 0.15, cachedInput: 0.075, output: 0.60}
              plain: {input: 3, output: 15}
              free: {input: 0, output: 0}
            """;

    @TempDir
    Path folder;

    private PriceTable table(String name, String text) throws IOException {
        return PriceTable.read(Files.writeString(folder.resolve(name), text));
    }

    @Test
    void cost_is_exact_to_the_last_fraction_of_a_cent() throws IOException {
        PriceTable table = table("prices.yml", YAML);
        assertThat(table.cost("small", new TokenCounts(1, 1, 1))).contains(Money.of("0.000000825", "USD"));
        assertThat(table.cost("plain", TokenCounts.of(1_000_000, 2_000_000))).contains(Money.of("33", "USD"));
        assertThat(table.cost("plain", TokenCounts.of(3, 0))).contains(Money.of("0.000009", "USD"));
    }

    @Test
    void a_model_without_a_price_has_an_unknown_cost_and_not_none() throws IOException {
        PriceTable table = table("prices.yml", YAML);
        assertThat(table.cost("other", TokenCounts.of(1, 1))).isEmpty();
        assertThat(table.cost("Small", TokenCounts.of(1, 1))).isEmpty();
        assertThat(table.cost("other", TokenCounts.of(0, 0))).isEmpty();
    }

    @Test
    void cached_tokens_without_a_price_make_the_cost_unknown() throws IOException {
        PriceTable table = table("prices.yml", YAML);
        assertThat(table.cost("plain", new TokenCounts(10, 1, 10))).isEmpty();
        assertThat(table.cost("plain", new TokenCounts(10, 0, 10))).isPresent();
    }

    @Test
    void a_free_model_is_known_to_cost_nothing() throws IOException {
        assertThat(table("prices.yml", YAML).cost("free", TokenCounts.of(5, 5)))
                .hasValueSatisfying(cost -> assertThat(cost.amount()).isZero());
    }

    @Test
    void csv_says_the_same_as_yaml() throws IOException {
        PriceTable csv = table("prices.csv", """
                model,input,cachedInput,output,currency
                small,0.15,0.075,0.60,USD
                plain,3,,15,USD
                """);
        TokenCounts tokens = new TokenCounts(1_234, 567, 89);
        assertThat(csv.cost("small", tokens))
                .isEqualTo(table("prices.yml", YAML).cost("small", tokens));
        assertThat(csv.cost("plain", tokens)).isEmpty();
    }

    static List<Arguments> wrong() {
        String header = "model,input,cachedInput,output,currency\n";
        return List.of(
                Arguments.of(
                        "a.yml", "currency: USD\nmodels:\n  m: {input: -1, output: 1}", "input must not be negative"),
                Arguments.of("a.yml", "currency: Dollar\nmodels: {}", "currency must be a code"),
                Arguments.of("a.yml", "currency: USD\nmodels:\n  m: {input: 1, ouput: 1}", "output"),
                Arguments.of("a.csv", "model,price\n", "a.csv:1: expected the header"),
                Arguments.of("a.csv", header, "expected at least one model"),
                Arguments.of("a.csv", header + "m,1,,2\n", "a.csv:2: expected 5 values, found 4"),
                Arguments.of("a.csv", header + "m,1,,2,USD\nm,1,,2,USD\n", "a.csv:3: expected a model not named"),
                Arguments.of("a.csv", header + "m,1,,2,USD\nn,1,,2,EUR\n", "a.csv:3: expected the currency USD"),
                Arguments.of("a.csv", header + "m,cheap,,2,USD\n", "a.csv:2:"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrong_prices_are_refused_with_file_and_line(String name, String text, String told) {
        assertThatThrownBy(() -> table(name, text)).hasMessageContaining(told).hasMessageContaining(name);
    }

    @Test
    void counts_are_not_negative() {
        assertThatIllegalArgumentException().isThrownBy(() -> TokenCounts.of(-1, 0));
    }
}
