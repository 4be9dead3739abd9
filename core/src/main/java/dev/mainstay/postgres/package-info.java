/// The way to PostgreSQL. [dev.mainstay.postgres.Database] is the main type: small pools for three jobs (control,
/// engine, api) over two roles, opened after the schema was brought up to date by the owner.
///
/// Nothing here keeps session state (no session settings, locks, listeners or named statements on pooled
/// connections), so all of it works behind a transaction pooler. What every session needs is a setting of its role.
///
/// ```text
/// DatabaseConfig -> Database.open: Roles (create, settings) -> Migrations -> pools, each checked -> read, write, api
/// ```
@NullMarked
package dev.mainstay.postgres;

import org.jspecify.annotations.NullMarked;
