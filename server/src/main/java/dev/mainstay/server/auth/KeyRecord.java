package dev.mainstay.server.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key as it is listed: everything but its secret. Immutable.
public record KeyRecord(
        String id,
        String name,
        Role role,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
