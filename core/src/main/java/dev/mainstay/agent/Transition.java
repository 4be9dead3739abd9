package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;

/// One step of an agent's life, written only while `fence` holds. Immutable.
///
/// @param isCrash the agent broke by itself: its tick threw or did not end, or it could not start
/// @param rest how long nothing is tried after it: the quarantine it leads into, or the back-off after a crash
record Transition(
        AgentRef agent, long fence, AgentState from, AgentState to, String cause, boolean isCrash, Duration rest) {
    private static final int LONGEST_CAUSE = 2_000;

    Transition {
        if (!from.canBecome(to)) {
            throw new IllegalArgumentException("agent " + agent + " cannot go from " + from + " to " + to);
        }
        cause = StorableText.of(cause, LONGEST_CAUSE);
    }
}
