package dev.mainstay.agent;

/// Puts what an agent threw into a sentence, even when its own `toString` throws.
final class Failure {
    private Failure() {}

    static String describe(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException | StackOverflowError e) {
            return failure.getClass().getName();
        }
    }
}
