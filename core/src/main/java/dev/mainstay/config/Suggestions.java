package dev.mainstay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word a person probably meant, for "did you mean". Stateless and thread-safe.
public final class Suggestions {
    private Suggestions() {}

    /// The known word closest to the one written; empty when none is close enough to be worth naming.
    public static Optional<String> closest(String written, Collection<String> known) {
        var wanted = normal(written);
        return known.stream()
                .filter(word -> Math.abs(normal(word).length() - wanted.length()) <= tolerance(wanted))
                .filter(word -> distance(wanted, normal(word)) <= tolerance(wanted))
                .min(Comparator.<String>comparingInt(word -> distance(wanted, normal(word)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /// `; did you mean "interval"?`, or nothing.
    public static String didYouMean(String written, Collection<String> known) {
        return closest(written, known)
                .map(word -> "; did you mean \"" + word + "\"?")
                .orElse("");
    }

    /// As [#didYouMean]; where no word is close, `; known are a, b and c`.
    public static String didYouMeanOrKnown(String written, Collection<String> known) {
        var suggestion = didYouMean(written, known);
        if (!suggestion.isEmpty() || known.isEmpty()) {
            return suggestion;
        }
        return "; known are " + String.join(", ", known.stream().sorted().toList());
    }

    /// Spelling apart, `body-match`, `body_match` and `bodyMatch` are one word.
    private static String normal(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    private static int tolerance(String word) {
        return word.length() <= 3 ? 1 : word.length() <= 7 ? 2 : 3;
    }

    /// Levenshtein's edit distance, in which two letters that changed places are one mistake, not two.
    private static int distance(String left, String right) {
        var costs = new int[left.length() + 1][right.length() + 1];
        for (var i = 0; i <= left.length(); i++) {
            for (var j = 0; j <= right.length(); j++) {
                costs[i][j] = Math.min(i, j) == 0 ? Math.max(i, j) : cost(costs, left, right, i, j);
            }
        }
        return costs[left.length()][right.length()];
    }

    private static int cost(int[][] costs, String left, String right, int i, int j) {
        var differs = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        var cost = Math.min(costs[i - 1][j - 1] + differs, Math.min(costs[i - 1][j], costs[i][j - 1]) + 1);
        var swapped = i > 1
                && j > 1
                && left.charAt(i - 1) == right.charAt(j - 2)
                && left.charAt(i - 2) == right.charAt(j - 1);
        return swapped ? Math.min(cost, costs[i - 2][j - 2] + 1) : cost;
    }
}
