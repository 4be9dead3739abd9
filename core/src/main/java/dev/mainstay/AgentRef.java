package dev.mainstay;

import java.util.UUID;

/// Which agent: its id is unique within its organization only.
public record AgentRef(UUID organization, String id) {
    @Override
    public String toString() {
        return id;
    }
}
