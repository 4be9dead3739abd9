/// The PostgreSQL server that comes with Mainstay, and the data folder it lives in.
///
/// Main types: [dev.mainstay.postgres.embedded.DataFolder] keeps a second process out, and
/// [dev.mainstay.postgres.embedded.EmbeddedPostgres] makes a server run in its `postgres` sub-folder.
///
/// ```
///  (nothing) ──initdb──► stopped ──start──► running ──stop──► stopped
///                           ▲               ▲     │
///                        recovers     adopted     this process killed
///                           │               │     ▼
///                        crashed ◄─killed─ orphaned
/// ```
///
/// Whatever takes more than one step to make is made under another name and renamed once it is whole, so a kill at any
/// instant leaves nothing that looks finished and is not.
@NullMarked
package dev.mainstay.postgres.embedded;

import org.jspecify.annotations.NullMarked;
