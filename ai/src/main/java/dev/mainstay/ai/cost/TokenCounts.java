package dev.mainstay.ai.cost;

/// The tokens of one call, each counted once. Immutable and thread-safe.
///
/// @param input those read anew
/// @param cachedInput those the provider had cached
/// @param output those written
public record TokenCounts(long input, long cachedInput, long output) {
    public TokenCounts {
        if (Math.min(input, Math.min(cachedInput, output)) < 0) {
            throw new IllegalArgumentException(
                    "token counts must not be negative, were " + input + ", " + cachedInput + ", " + output);
        }
    }

    public static TokenCounts of(long input, long output) {
        return new TokenCounts(input, 0, output);
    }
}
