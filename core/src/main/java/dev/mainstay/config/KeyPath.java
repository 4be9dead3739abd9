package dev.mainstay.config;

/// The full key of a setting, as messages and documents spell it: `agents.shop.headers[2]`. Immutable.
record KeyPath(String text) {
    static final KeyPath ROOT = new KeyPath("");

    KeyPath child(String key) {
        return isRoot() ? new KeyPath(key) : new KeyPath(text + "." + key);
    }

    KeyPath item(int index) {
        return new KeyPath(text + "[" + index + "]");
    }

    boolean isRoot() {
        return text.isEmpty();
    }

    /// False for the keys of documents that stand for many, `agents.<name>.interval` and `checks[].url`.
    boolean isFixed() {
        return !text.contains("<") && !text.contains("[");
    }
}
