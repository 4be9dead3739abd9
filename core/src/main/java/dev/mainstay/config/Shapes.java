package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;

/// Names what was found in the place of something else, without telling a value, which may be a secret. Stateless.
final class Shapes {
    private Shapes() {}

    static String of(Setting setting) {
        return switch (setting) {
            case Branch ignored -> "keys and values";
            case Items ignored -> "a list";
            case Scalar scalar when scalar.isEmpty() -> "nothing";
            case Scalar ignored -> "a single value";
        };
    }
}
