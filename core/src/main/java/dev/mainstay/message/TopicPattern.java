package dev.mainstay.message;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Which routing keys are wanted: words between dots, where `*` stands for any one word and `#` for any number of
/// them, none included, as in [AMQP](https://www.rabbitmq.com/tutorials/amqp-concepts#exchange-topic). `orders.#`
/// takes `orders` and `orders.eu.new`; `agent.*` takes `agent.planner` alone.
///
/// Bounded, so that nobody can make matching dear: 255 characters, 16 words, three `#`. Immutable and thread-safe.
public final class TopicPattern {
    /// Every key.
    public static final TopicPattern ALL = new TopicPattern("#", List.of("#"));

    private static final int LONGEST = 255;
    private static final int MOST_WORDS = 16;
    private static final int MOST_HASHES = 3;
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]+");

    private final String text;
    private final List<String> words;

    private TopicPattern(String text, List<String> words) {
        this.text = text;
        this.words = words;
    }

    public static TopicPattern of(String text) {
        List<String> words = words("pattern", text);
        for (String word : words) {
            if (!word.equals("*") && !word.equals("#") && !WORD.matcher(word).matches()) {
                throw new IllegalArgumentException("pattern must be words of A-Z a-z 0-9 _ - between dots, where a word"
                        + " may be * or #, was '" + text + "'");
            }
        }
        if (words.stream().filter("#"::equals).count() > MOST_HASHES) {
            throw new IllegalArgumentException("pattern must have at most " + MOST_HASHES + " '#', was '" + text + "'");
        }
        return new TopicPattern(text, merged(words));
    }

    // One # after another says no more than one.
    private static List<String> merged(List<String> words) {
        List<String> merged = new ArrayList<>();
        for (String word : words) {
            if (!word.equals("#") || merged.isEmpty() || !merged.getLast().equals("#")) {
                merged.add(word);
            }
        }
        return List.copyOf(merged);
    }

    private static List<String> words(String field, String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    field + " must have at most " + LONGEST + " characters, had " + text.length());
        }
        List<String> words = text.isEmpty() ? List.of() : List.of(text.split("\\.", -1));
        if (words.size() > MOST_WORDS) {
            throw new IllegalArgumentException(
                    field + " must have at most " + MOST_WORDS + " words, had " + words.size());
        }
        return words;
    }

    /// Refuses a routing key that is none; the empty one is.
    static String requireKey(String key) {
        for (String word : words("routing key", key)) {
            if (!WORD.matcher(word).matches()) {
                throw new IllegalArgumentException(
                        "routing key must be words of A-Z a-z 0-9 _ - between dots, was '" + key + "'");
            }
        }
        return key;
    }

    /// Whether a routing key is wanted; linear in its words times those of the pattern.
    public boolean matches(String key) {
        List<String> given = key.isEmpty() ? List.of() : List.of(key.split("\\.", -1));
        boolean[] reached = new boolean[given.size() + 1];
        reached[0] = true;
        for (String word : words) {
            reached = word.equals("#") ? fromFirst(reached) : step(reached, word, given);
        }
        return reached[given.size()];
    }

    // Behind a # every place from the first reached one on can be reached.
    private static boolean[] fromFirst(boolean[] reached) {
        boolean[] next = new boolean[reached.length];
        for (int place = 0; place < reached.length; place++) {
            next[place] = reached[place] || (place > 0 && next[place - 1]);
        }
        return next;
    }

    private static boolean[] step(boolean[] reached, String word, List<String> given) {
        boolean[] next = new boolean[reached.length];
        for (int place = 1; place < reached.length; place++) {
            next[place] = reached[place - 1] && (word.equals("*") || word.equals(given.get(place - 1)));
        }
        return next;
    }

    public boolean isAll() {
        return words.equals(ALL.words);
    }

    /// The same over a key with a dot before each word, for PostgreSQL.
    String regex() {
        StringBuilder regex = new StringBuilder("^");
        for (String word : words) {
            regex.append(
                    switch (word) {
                        case "*" -> "\\.[^.]+";
                        case "#" -> "(\\.[^.]+)*";
                        default -> "\\." + word;
                    });
        }
        return regex.append('$').toString();
    }

    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPattern pattern && words.equals(pattern.words);
    }

    @Override
    public int hashCode() {
        return words.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
