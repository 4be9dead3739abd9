package dev.mainstay.agents.check;

/// What a check found. Immutable.
sealed interface CheckOutcome {
    /// As expected.
    record Passed() implements CheckOutcome {}

    /// Not as expected.
    ///
    /// @param reason says what was looked at, what was expected and what was found
    record Failed(String reason) implements CheckOutcome {}

    static CheckOutcome passed() {
        return new Passed();
    }

    static CheckOutcome failed(String reason) {
        return new Failed(reason);
    }
}
