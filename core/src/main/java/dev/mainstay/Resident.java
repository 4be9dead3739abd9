package dev.mainstay;

import java.time.Duration;
import java.util.UUID;

/// What lives on a node by its session: told when there is one and when it can no longer be proven. Both calls must
/// return quickly.
public interface Resident {
    /// What it does from now on is done under this session.
    void joined(UUID session);

    /// Whatever it holds may soon be another's: everything stops at once, nothing is written.
    void fenced();

    /// Ends within about `bound`, giving up what it holds.
    void stop(Duration bound);
}
