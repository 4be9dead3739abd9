package dev.mainstay.agent;

/// How an agent serves its organization.
public enum AgentCategory {
    STRATEGIC,
    OPERATIONAL,
    SUPPORT
}
