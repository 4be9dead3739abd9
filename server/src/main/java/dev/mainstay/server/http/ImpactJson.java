package dev.mainstay.server.http;

import dev.mainstay.alert.AlertImpact;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;

/// What an incident costs in one currency, as the API answers it. Immutable.
record ImpactJson(Amount lost, Amount usualAnHour, Amount produced, Instant since, Instant from, Instant to) {
    private static final int CENTS = 2;

    /// Money, rounded, for it is an estimate.
    record Amount(String amount, String currency) {
        static Amount of(double amount, String currency) {
            return new Amount(
                    BigDecimal.valueOf(amount)
                            .setScale(CENTS, RoundingMode.HALF_UP)
                            .toPlainString(),
                    currency);
        }
    }

    static ImpactJson of(AlertImpact.Estimate estimate) {
        String currency = estimate.currency();
        return new ImpactJson(
                Amount.of(estimate.lost(), currency),
                Amount.of(estimate.usualAnHour(), currency),
                Amount.of(estimate.produced(), currency),
                estimate.since(),
                estimate.from(),
                estimate.to());
    }
}
