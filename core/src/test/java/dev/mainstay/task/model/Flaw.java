package dev.mainstay.task.model;

/// A mistake in the protocol, to see that the search finds what comes of it. Immutable.
enum Flaw {
    NONE,
    /// Completing asks only whether the task is open, as most queues do.
    NO_GUARD,
    /// Completing asks for the fence, and not whether the session lives.
    COMPLETED_AFTER_EXPIRY,
    /// Completing looks and writes without holding what it looked at.
    NO_LOCK_WHILE_COMPLETING,
    /// An answer that was lost is made up for by writing once more, without asking again.
    BLIND_REPEAT,
    /// Two workers read the same claimable tasks before either takes them away.
    CLAIM_WITHOUT_LOCK,
    /// A rescue leaves the claim where it was.
    RESCUE_KEEPS_CLAIM,
    /// A rescue reads what is open and writes later, without looking again.
    RESCUE_READS_FIRST,
    /// A rescue does not raise the fence.
    RESCUE_KEEPS_FENCE,
    /// A rescue deletes the claim although somebody held one of its tasks, so that it could not be freed.
    RESCUE_DROPS_HELD,
    /// A failed attempt begins to count again, as where the number of attempts is the guard.
    FENCE_STARTS_AGAIN,
    /// Claims nobody knows of are never given back.
    FORGOTTEN_STAYS,
    /// A worker that doubts its lease for a moment lets go what it runs, and keeps its session.
    DOUBT_WITHOUT_FENCING
}
