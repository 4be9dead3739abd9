package dev.mainstay.agent;

import dev.mainstay.postgres.Database;

/// Puts what an agent threw into a sentence, even when its own `toString` throws.
final class Failure {
    private Failure() {}

    /// With the SQLState where there is one: what kind of failure it is does not depend on a driver's words.
    static String describe(Throwable failure) {
        try {
            String words = failure.toString();
            return Database.sqlState(failure)
                    .map(state -> words + " (SQLState " + state + ")")
                    .orElse(words);
        } catch (RuntimeException | StackOverflowError e) {
            return failure.getClass().getName();
        }
    }
}
