package dev.mainstay.server.http;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.recovery.Recovery;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An episode of healing as the API answers it. Immutable and thread-safe.
///
/// @param actions what was done, in order; empty in a list
record RecoveryJson(
        UUID id,
        @Nullable String agent,
        @Nullable String queue,
        String cause,
        UUID alert,
        String summary,
        String state,
        Instant beganAt,
        Instant detectedAt,
        @Nullable Instant actedAt,
        @Nullable Instant endedAt,
        String outcome,
        boolean dryRun,
        List<Action> actions) {
    static RecoveryJson of(Recovery recovery, List<Recovery.Action> actions) {
        return new RecoveryJson(
                recovery.id(),
                named(recovery.agent()),
                named(recovery.queue()),
                recovery.cause(),
                recovery.alert(),
                recovery.summary(),
                recovery.state().word(),
                recovery.beganAt(),
                recovery.detectedAt(),
                recovery.actedAt(),
                recovery.endedAt(),
                recovery.outcome(),
                recovery.isDryRun(),
                actions.stream().map(Action::of).toList());
    }

    private static @Nullable String named(String name) {
        return name.isEmpty() ? null : name;
    }

    /// What was done.
    ///
    /// @param healed null until it was measured again; `measured` is what was found then
    /// @param undoDueAt when it is undone by itself, or since when it is to be; null for what stays
    record Action(
            int ordinal,
            String action,
            String reason,
            @Nullable UUID task,
            Instant decidedAt,
            @Nullable Instant endedAt,
            JsonNode result,
            @Nullable String error,
            @Nullable Boolean healed,
            JsonNode measured,
            boolean reversible,
            @Nullable Instant undoDueAt,
            @Nullable Instant undoneAt,
            @Nullable String undoResult) {
        static Action of(Recovery.Action action) {
            return new Action(
                    action.ordinal(),
                    action.action(),
                    action.reason(),
                    action.task(),
                    action.decidedAt(),
                    action.endedAt(),
                    Jsonb.node(action.result()),
                    action.error(),
                    action.healed(),
                    Jsonb.node(action.measured()),
                    action.reversible(),
                    action.undoDueAt(),
                    action.undoneAt(),
                    action.undoResult());
        }
    }
}
