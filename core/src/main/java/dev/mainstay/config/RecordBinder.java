package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Turns settings into a record that is valid by construction, or says everything that is wrong with them.
///
/// A component's name is its key. It may be a String, whole number, number, boolean, Duration,
/// [DataSize], URI, Path, ZoneId, Pattern, enum, [Secret], another record, a List, Set, Map or Optional
/// of those, or a raw [Setting]. A key that is not set takes its [Default], else null when the
/// component is `@Nullable`, else the empty list, map, optional or section; otherwise it is missing,
/// which is a problem. What the record's constructor refuses with an [IllegalArgumentException] whose
/// message starts with the component (`interval must be positive, was -5s`) is reported under the full
/// key and line, and the record is tried again without that value, so that everything wrong is found in
/// one go.
///
/// Immutable and thread-safe.
public final class RecordBinder {
    private final Map<String, String> environment;
    private final boolean readsSecrets;

    private RecordBinder(Map<String, String> environment, boolean readsSecrets) {
        this.environment = environment;
        this.readsSecrets = readsSecrets;
    }

    /// A binder whose secrets are looked up in the given environment, usually [System#getenv()].
    public RecordBinder(Map<String, String> environment) {
        this(environment, true);
    }

    /// The same, for commands that only show settings: a secret that is missing here and now is no problem.
    public RecordBinder leavingSecretsUnread() {
        return new RecordBinder(environment, false);
    }

    /// The record made of the whole settings.
    public <T extends Record> T bind(Class<T> type, Setting setting) {
        return bind(type, setting, "", Set.of());
    }

    /// The record made of the settings that stand at `key`, for messages that name full keys.
    public <T extends Record> T bind(Class<T> type, Setting setting, String key) {
        return bind(type, setting, key, Set.of());
    }

    /// The record made of the [Remainder] of another.
    ///
    /// @param bound the keys the other record has taken; a misspelled one of them is suggested too
    public <T extends Record> T bind(Class<T> type, Setting setting, String key, Set<String> bound) {
        var problems = new Problems();
        var path = new KeyPath(key);
        var binding = new Binding(environment, readsSecrets, problems);
        var branch = setting.isEmpty() ? Branch.empty(setting.origin()) : setting;
        var result = binding.record(RecordShape.of(type), branch, path, bound);
        problems.throwIfAny();
        return Objects.requireNonNull(type.cast(result), "a record or a problem");
    }
}
