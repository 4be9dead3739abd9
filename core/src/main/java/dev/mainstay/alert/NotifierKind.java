package dev.mainstay.alert;

/// What notifiers can be declared in `mainstay.yml`; found by [java.util.ServiceLoader], also in `plugins/*.jar`.
///
/// @param <S> the record its settings are bound to; unknown keys and wrong values are refused with file and line
public interface NotifierKind<S extends Record> {
    /// The word after `type:`, for example `webhook`.
    String name();

    /// One sentence for `mainstay alert notifiers`.
    String description();

    Class<S> settings();

    /// A notifier; once a start.
    Notifier create(S settings);
}
