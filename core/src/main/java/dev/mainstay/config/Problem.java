package dev.mainstay.config;

/// One thing wrong with the settings: where it is written, the full key, and a sentence that names the key and says
/// what to do. Immutable and thread-safe.
///
/// @param key the full key, `agents.shop.interval` or `checks[2].url`; empty for the settings as a whole
public record Problem(Origin origin, String key, String sentence) {

    /// A problem whose text continues the key: `interval` + `must be positive, was -5s`.
    static Problem of(Origin origin, KeyPath path, String predicate) {
        var subject = path.isRoot() ? "this" : path.text();
        return new Problem(origin, path.text(), subject + " " + predicate);
    }

    /// A problem whose text stands on its own: `expected a whole number, found "abc"`.
    static Problem stating(Origin origin, KeyPath path, String statement) {
        return new Problem(origin, path.text(), path.isRoot() ? statement : path.text() + ": " + statement);
    }

    /// The line a person reads: `mainstay.yml:9: heartbeat.interval must be positive, was -5s`.
    @Override
    public String toString() {
        return origin + ": " + sentence;
    }
}
