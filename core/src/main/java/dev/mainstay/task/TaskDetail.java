package dev.mainstay.task;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything about a task. Immutable.
///
/// @param payload as JSON
/// @param result as JSON; null without one
/// @param crashes how often its worker died while it ran
/// @param actor who enqueued it through the API
/// @param cancelReason why somebody wants it ended
/// @param lease who holds it while it runs
/// @param waiting what it waits for without a worker
/// @param needs the tasks it was enqueued after
/// @param neededBy open tasks that need it, at most a hundred
/// @param signals what it was sent and has not waited for yet
/// @param children how many there are in each state
/// @param history its attempts, the newest first, at most twenty
/// @param steps how many steps are stored
public record TaskDetail(
        @JsonUnwrapped TaskView task,
        @JsonRawValue String payload,
        @JsonRawValue @Nullable String result,
        int crashes,
        @Nullable String actor,
        @Nullable Instant expiresAt,
        @Nullable String cancelReason,
        @Nullable Lease lease,
        @Nullable Wait waiting,
        List<UUID> needs,
        List<UUID> neededBy,
        List<String> signals,
        Map<String, Long> children,
        List<TaskSpan> history,
        int steps,
        @Nullable DeadLetter deadLetter) {

    TaskDetail with(Map<String, Long> countedChildren, List<TaskSpan> attempts) {
        return new TaskDetail(
                task,
                payload,
                result,
                crashes,
                actor,
                expiresAt,
                cancelReason,
                lease,
                waiting,
                needs,
                neededBy,
                signals,
                countedChildren,
                attempts,
                steps,
                deadLetter);
    }

    /// Who holds a task that runs.
    ///
    /// @param session of the node; null for a worker outside
    /// @param expiresAt of a worker outside; a node holds what it has as long as its session lives
    public record Lease(
            String worker,
            @Nullable UUID session,
            Instant since,
            @Nullable Instant expiresAt) {}

    /// A wait that costs no worker.
    ///
    /// @param kind signal, approval or children
    /// @param remaining how many children have to end
    public record Wait(
            String kind,
            String name,
            int position,
            @Nullable Integer remaining,
            Instant since,
            @Nullable Instant deadline) {}

    /// Why it was given up, and when.
    public record DeadLetter(String reason, Instant diedAt) {}
}
