package dev.mainstay.advice;

import dev.mainstay.AgentRef;
import java.util.Map;

/// What is advised, and why. Immutable.
///
/// @param words what is seen, and what to set
/// @param expected what that should change
/// @param setting as it stands
/// @param measure the figure now; `goal` what it should become; at most `bound` confirms the advice
record Proposal(
        AgentRef agent,
        String words,
        String expected,
        String setting,
        String proposed,
        String unit,
        double measure,
        double goal,
        double bound,
        Map<String, Object> evidence) {}
