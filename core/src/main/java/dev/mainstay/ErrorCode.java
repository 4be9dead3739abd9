package dev.mainstay;

/// Every way in which Mainstay refuses or fails, stable across versions: these words are in HTTP answers and logs.
public enum ErrorCode {
    /// The settings cannot be used.
    CONFIG_INVALID,

    /// No answer from PostgreSQL: it is down, starting, out of connections, or the network is.
    DATABASE_UNREACHABLE,
    /// PostgreSQL refused the user or the password.
    DATABASE_AUTH,
    /// PostgreSQL is older than Mainstay needs.
    DATABASE_VERSION,
    /// Nothing can be written: a standby, or a database set read-only.
    DATABASE_READ_ONLY,
    /// A role may do too much (row-level security would not bind it) or too little.
    DATABASE_ROLE,
    /// PostgreSQL has no room left on its disk.
    DISK_FULL,
    /// The connection was lost while a commit was under way: it may have happened or not, so ask before repeating.
    COMMIT_UNKNOWN,
    /// The database was written by a newer Mainstay.
    SCHEMA_NEWER,
    /// Tables are missing, and the user given may not create them.
    SCHEMA_MISSING,
    /// A migration failed, or one that was applied has been changed since.
    SCHEMA_BROKEN
}
