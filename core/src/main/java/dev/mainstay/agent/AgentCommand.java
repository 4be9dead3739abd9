package dev.mainstay.agent;

import java.util.Locale;
import java.util.Optional;

/// What a person may ask of an agent, and when it is refused. Asking for what is wanted already is not refused, so that
/// a request whose answer was lost can be repeated. Immutable.
public enum AgentCommand {
    PAUSE(DesiredState.PAUSED),
    RESUME(DesiredState.RUNNING),
    MAINTENANCE(DesiredState.MAINTENANCE),
    RESTART(DesiredState.RUNNING),
    SHUTDOWN(DesiredState.SHUTDOWN);

    private final DesiredState desired;

    AgentCommand(DesiredState desired) {
        this.desired = desired;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What is wanted of the agent afterwards.
    public DesiredState desired() {
        return desired;
    }

    /// Whether an agent of which `wanted` is wanted needs nothing done.
    boolean isNothingNew(DesiredState wanted) {
        return this != RESTART && wanted == desired;
    }

    /// Why it is not possible now, with what to do instead; empty when it is.
    Optional<String> refusal(AgentState state, DesiredState wanted, AgentSource source) {
        if (source == AgentSource.SLOT) {
            return Optional.of("is a slot without an implementation: there is nothing to " + word());
        }
        return switch (this) {
            case PAUSE, MAINTENANCE ->
                wanted == DesiredState.SHUTDOWN
                        ? Optional.of("is shut down: resume or restart it first")
                        : Optional.empty();
            case RESUME ->
                state == AgentState.QUARANTINED && wanted == DesiredState.RUNNING
                        ? Optional.of("is quarantined: restart it to try again now")
                        : Optional.empty();
            case RESTART ->
                wanted == DesiredState.PAUSED || wanted == DesiredState.MAINTENANCE
                        ? Optional.of((wanted == DesiredState.PAUSED ? "is paused" : "is in maintenance")
                                + ": resume it first")
                        : Optional.empty();
            case SHUTDOWN -> Optional.empty();
        };
    }
}
