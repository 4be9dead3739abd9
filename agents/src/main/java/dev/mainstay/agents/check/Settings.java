package dev.mainstay.agents.check;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the settings of several kinds refuse in the same words. Stateless and thread-safe.
final class Settings {
    private Settings() {}

    static void requirePositive(String key, @Nullable Duration duration) {
        if (duration != null && !duration.isPositive()) {
            throw new IllegalArgumentException(key + " must be positive, was " + Durations.format(duration));
        }
    }

    static void requireFilled(String key, @Nullable String text) {
        if (text != null && text.isEmpty()) {
            throw new IllegalArgumentException(key + " must not be empty");
        }
    }

    /// A reference to a secret is only read where secrets are expected; elsewhere it would be sent as it stands.
    static void refuseReferences(String key, String forSecrets, Map<String, String> values) {
        values.forEach((name, value) -> {
            if (value.startsWith("env:") || value.startsWith("file:")) {
                throw new IllegalArgumentException(
                        key + " has a reference to a secret at " + name + "; write it under " + forSecrets);
            }
        });
    }
}
