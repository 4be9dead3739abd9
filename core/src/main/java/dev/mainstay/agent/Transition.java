package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;

/// One step of an agent's life, written only while `fence` holds. Immutable.
///
/// @param isCrash the agent broke by itself: its tick threw or did not end, or it could not start
/// @param quarantine how long, when the step leads into quarantine; zero otherwise
record Transition(
        AgentRef agent,
        long fence,
        AgentState from,
        AgentState to,
        String cause,
        boolean isCrash,
        Duration quarantine) {
    private static final int LONGEST_CAUSE = 2_000;

    Transition {
        if (!from.canBecome(to)) {
            throw new IllegalArgumentException("agent " + agent + " cannot go from " + from + " to " + to);
        }
        cause = StorableText.of(cause, LONGEST_CAUSE);
    }
}
