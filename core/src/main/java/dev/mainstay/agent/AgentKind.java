package dev.mainstay.agent;

/// What agents can be declared in `mainstay.yml`; found by [java.util.ServiceLoader], also in `plugins/*.jar`.
///
/// @param <S> the record its settings are bound to; unknown keys and wrong values are refused with file and line
public interface AgentKind<S extends Record> {
    /// The word after `kind:`, for example `http-check`.
    String name();

    /// One sentence for `mainstay agent docs`.
    String description();

    Class<S> settings();

    /// A new agent, also after each crash.
    Agent create(AgentSpec spec, S settings) throws Exception;
}
