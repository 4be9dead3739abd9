package dev.mainstay.agent;

import dev.mainstay.AgentRef;

/// An agent a node holds the lease of, and what people want of it. Immutable.
///
/// @param leaving placement wants it elsewhere
/// @param generation grows with each restart a person asks for
/// @param reconnects grows each time it is to open its connections anew
record Assignment(
        AgentRef agent,
        long fence,
        boolean leaving,
        AgentState state,
        DesiredState desired,
        long generation,
        long reconnects) {}
