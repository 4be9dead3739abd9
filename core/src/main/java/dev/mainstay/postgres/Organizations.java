package dev.mainstay.postgres;

import java.util.UUID;

/// The organizations every database has. Thread-safe: constants only.
public final class Organizations {
    /// Where everything lives until a second organization exists.
    public static final UUID DEFAULT = new UUID(0, 1);

    private Organizations() {}
}
